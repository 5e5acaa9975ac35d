import { type BeforeApplicationShutdown, Injectable, Logger, type OnApplicationBootstrap } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import type { IncomingMessage, Server } from 'node:http';
import type { Duplex } from 'node:stream';
import { type WebSocket, WebSocketServer } from 'ws';
import { EXECUTIONS_PATH, RUNNER_HEARTBEAT_MS } from '#libs/contracts';
import { bearerOf, partWith, refuseWebSocket, routeWebSockets } from '#libs/http';
import { messageOf } from '#libs/kernel';
import { CallerConnection } from './caller-connection.js';
import { Callers } from './callers.service.js';
import { Executions } from './executions.service.js';

/** Inputs of an action are bounded by the API; the lease and the token are small. */
const MAX_ORDER_BYTES = 100 * 1024 ** 2;

/**
 * Opens WebSockets for jobs, which shows a token it has signed (ADR 6). What a run may write is said by the run's own token, which others
 * check.
 */
@Injectable()
export class CallerConnections implements OnApplicationBootstrap, BeforeApplicationShutdown {
  readonly #log = new Logger(CallerConnections.name);
  readonly #sockets = new WebSocketServer({ noServer: true, maxPayload: MAX_ORDER_BYTES, perMessageDeflate: false });
  readonly #open = new Map<WebSocket, CallerConnection>();
  #beat: NodeJS.Timeout | undefined;
  #isLeaving = false;

  constructor(
    private readonly adapters: HttpAdapterHost,
    private readonly callers: Callers,
    private readonly executions: Executions,
  ) {}

  onApplicationBootstrap(): void {
    const server = this.adapters.httpAdapter.getHttpServer() as Server;
    routeWebSockets(server, EXECUTIONS_PATH, (request, socket, head) => void this.#upgrade(request, socket, head));
    this.#beat = setInterval(() => {
      for (const connection of this.#open.values()) connection.beat();
    }, RUNNER_HEARTBEAT_MS);
  }

  /** No new runs; callers hear how theirs ended, and go. */
  async beforeApplicationShutdown(): Promise<void> {
    this.#isLeaving = true;
    for (const connection of this.#open.values()) connection.leave();
    await this.executions.drain();
    await partWith([...this.#open.keys()]);
    clearInterval(this.#beat);
  }

  async #upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> {
    const onError = () => socket.destroy();
    socket.on('error', onError);
    if (this.#isLeaving) return refuseWebSocket(socket, '503 Service Unavailable');
    let until: number;
    try {
      until = await this.callers.verify(bearerOf(request.headers.authorization) ?? '');
    } catch (error) {
      this.#log.debug(`a caller is not let in: ${messageOf(error)}`);
      return refuseWebSocket(socket, '401 Unauthorized');
    }
    socket.off('error', onError);
    return this.#sockets.handleUpgrade(request, socket, head, (opened) => this.#serve(opened, until));
  }

  #serve(socket: WebSocket, until: number): void {
    const connection = new CallerConnection(socket, this.executions, until);
    this.#open.set(socket, connection);
    socket.on('error', (error) => this.#log.debug(`connection of a caller: ${error.message}`));
    socket.once('close', () => this.#open.delete(socket));
    if (this.#isLeaving) connection.leave();
  }
}
