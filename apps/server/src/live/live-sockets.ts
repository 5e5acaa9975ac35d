import { type BeforeApplicationShutdown, Inject, Injectable, Logger, type OnApplicationBootstrap } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import { randomUUID } from 'node:crypto';
import type { IncomingMessage, Server } from 'node:http';
import type { Duplex } from 'node:stream';
import { type WebSocket, WebSocketServer } from 'ws';
import { type LiveMessage, LiveResults } from '#libs/connect';
import { partWith, refuseWebSocket, routeWebSockets } from '#libs/http';
import { messageOf } from '#libs/kernel';

/** Injection token of `LiveOptions`. */
export const LIVE_OPTIONS = Symbol('live-options');

export interface LiveOptions {
  /** Where the frontend SDK opens its socket, on the API's own port. */
  readonly path: string;
  readonly maxSockets: number;
  /** The longest a page waits; 10 min where it is absent. */
  readonly lifeMs?: number;
  readonly pingEveryMs?: number;
}

const LIFE_MS = 10 * 60_000;
const PING_EVERY_MS = 30_000;

/** Clients have nothing to say. */
const MAX_MESSAGE_BYTES = 1024;

/** WebSocket close codes (RFC 6455 §7.4.1). */
const NORMAL = 1000;
const GOING_AWAY = 1001;

/** Sockets of pages that wait for the outcome of a browser flow (spec/auth.md §3.5): acknowledged at once, told once, closed. */
@Injectable()
export class LiveSockets implements OnApplicationBootstrap, BeforeApplicationShutdown {
  readonly #log = new Logger(LiveSockets.name);
  readonly #server = new WebSocketServer({ noServer: true, maxPayload: MAX_MESSAGE_BYTES, perMessageDeflate: false });
  #unroute: (() => void) | undefined;

  constructor(
    private readonly adapters: HttpAdapterHost,
    private readonly results: LiveResults,
    @Inject(LIVE_OPTIONS) private readonly options: LiveOptions,
  ) {}

  onApplicationBootstrap(): void {
    const upgrade = (request: IncomingMessage, socket: Duplex, head: Buffer) => this.#upgrade(request, socket, head);
    this.#unroute = routeWebSockets(this.adapters.httpAdapter.getHttpServer() as Server, this.options.path, upgrade);
  }

  /** Pages get a moment to say goodbye. */
  async beforeApplicationShutdown(): Promise<void> {
    this.#unroute?.();
    const clients = [...this.#server.clients];
    for (const client of clients) client.close(GOING_AWAY, 'the server stops');
    await partWith(clients);
  }

  #upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    if (this.#server.clients.size >= this.options.maxSockets) return refuseWebSocket(socket, '503 Service Unavailable');
    this.#server.handleUpgrade(request, socket, head, (client) => this.#serve(client));
  }

  /** The id is a secret between this socket and the page behind it: whoever knows it may tell the page something. */
  #serve(client: WebSocket): void {
    const id = randomUUID();
    const timers = this.#keepAlive(client);
    client.on('error', (error) => this.#log.debug(`socket ${id}: ${error.message}`));
    client.on('close', () => {
      for (const timer of timers) clearInterval(timer);
      this.results.unsubscribe(id).catch((error: unknown) => this.#log.warn(messageOf(error)));
    });
    client.send(JSON.stringify({ message_type: 'connection_ack', ws_client_id: id }));
    this.results.subscribe(id, (message) => tell(client, message)).catch((error: unknown) => this.#log.warn(messageOf(error)));
  }

  #keepAlive(client: WebSocket): NodeJS.Timeout[] {
    const { lifeMs = LIFE_MS, pingEveryMs = PING_EVERY_MS } = this.options;
    let answered = true;
    client.on('pong', () => void (answered = true));
    const ping = setInterval(() => {
      if (!answered) return client.terminate();
      answered = false;
      client.ping();
    }, pingEveryMs);
    const end = setTimeout(() => client.close(NORMAL, 'nothing happened for too long'), lifeMs);
    return [ping.unref(), end.unref()];
  }
}

function tell(client: WebSocket, message: LiveMessage): void {
  client.send(JSON.stringify(message), () => client.close(NORMAL));
}
