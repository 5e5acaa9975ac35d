import { setTimeout as delay } from 'node:timers/promises';

const ANSWER_MS = 90_000;
const RETRY_MS = 300;

/** A tenant's product: HTTP and the API key of one environment. */
export class Client {
  /** @param {string} baseUrl @param {string} key */
  constructor(baseUrl, key) {
    this.baseUrl = baseUrl;
    this.key = key;
  }

  /** @returns {Promise<{ status: number, body: any, lost?: string }>} status 0: the connection broke off, or nothing came */
  async call(method, path, { body, headers = {}, withinMs = ANSWER_MS } = {}) {
    try {
      const reply = await fetch(this.baseUrl + path, {
        method,
        headers: { authorization: `Bearer ${this.key}`, ...(body ? { 'content-type': 'application/json' } : {}), ...headers },
        ...(body ? { body: JSON.stringify(body) } : {}),
        signal: AbortSignal.timeout(withinMs),
      });
      const text = await reply.text();
      const isJson = reply.headers.get('content-type')?.includes('json') ?? false;
      return { status: reply.status, body: isJson && text !== '' ? JSON.parse(text) : text };
    } catch (error) {
      return { status: 0, body: undefined, lost: error.cause?.code ?? error.message };
    }
  }

  /** Asks until it is answered with success. @throws when that does not come in time */
  async insist(method, path, options = {}, withinMs = ANSWER_MS) {
    for (const giveUpAt = Date.now() + withinMs; ; await delay(RETRY_MS)) {
      const reply = await this.call(method, path, { ...options, withinMs: Math.min(15_000, withinMs) });
      if (reply.status >= 200 && reply.status < 300) return reply;
      if (Date.now() > giveUpAt)
        throw new Error(`${method} ${path} answered ${reply.status} ${JSON.stringify(reply.body ?? reply.lost)}`);
    }
  }
}

/** Headers that name a connection. */
export const of = (integration, connection) => ({ 'provider-config-key': integration, 'connection-id': connection });
