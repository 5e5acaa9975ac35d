import { setTimeout as delay } from 'node:timers/promises';
import { of } from './client.mjs';
import { CHAOS_FUNCTIONS, deployOf } from './functions.mjs';
import { Reader } from './reader.mjs';

const INTEGRATION = 'chaos';
const SYNCS = ['items', 'notes'];
const MODELS = { items: 'Item', notes: 'Note' };
const CHANGE_MS = 150;
const TRIGGER_MS = 3_000;
const ACTION_MS = 250;
const ASYNC_MS = 1_500;
const PROXY_MS = 200;
/** A call under a key is made again until it is answered. */
const KEYED_TRIES = 40;

/**
 * The load of one connection: its source changes, its syncs are scheduled and triggered, its actions called and its records followed.
 * It keeps what it was told, for the checker.
 */
export class Load {
  actions = [];
  asyncs = [];
  proxied = { answered: 0, wrong: 0, failed: 0 };
  triggers = 0;
  #isOver = false;
  #loops = [];

  constructor(client, connection, world) {
    Object.assign(this, { client, connection, world });
    this.source = world.sourceOf(connection);
    this.headers = of(INTEGRATION, connection);
    this.readers = SYNCS.map((sync) => new Reader(client, this.headers, MODELS[sync]));
  }

  /** The integration and its functions, once an environment. */
  static async prepare(client) {
    await client.insist('POST', '/integrations', { body: { provider: 'private-api-bearer', unique_key: INTEGRATION } });
    await client.insist('POST', '/sync/deploy', { body: deployOf(INTEGRATION, CHAOS_FUNCTIONS) });
  }

  async begin() {
    await this.client.insist('POST', '/connections', {
      body: {
        provider_config_key: INTEGRATION,
        connection_id: this.connection,
        connection_config: { base_url: this.world.url },
        credentials: { type: 'API_KEY', apiKey: 'key' },
      },
    });
    const every = (ms, work) => this.#loops.push(this.#repeat(ms, work));
    every(CHANGE_MS, async () => this.source.change());
    every(TRIGGER_MS, () => this.#trigger());
    every(ACTION_MS, () => this.#act());
    every(ASYNC_MS, () => this.#actLater());
    every(PROXY_MS, () => this.#proxy());
    for (const reader of this.readers) this.#loops.push(reader.follow());
  }

  /** Nothing new begins; what was asked is still waited for. Readers go on. */
  async end() {
    this.#isOver = true;
    await Promise.all(this.#loops.slice(0, -this.readers.length));
  }

  /** Readers stop where there is nothing more. */
  async catchUp() {
    await Promise.all(this.readers.map((reader) => reader.catchUp()));
    await Promise.all(this.#loops);
  }

  command(path, syncs = SYNCS) {
    return this.client.insist('POST', path, {
      body: { provider_config_key: INTEGRATION, connection_id: this.connection, syncs },
    });
  }

  async status(sync) {
    const path = `/sync/status?provider_config_key=${INTEGRATION}&connection_id=${this.connection}&syncs=${sync}`;
    return (await this.client.insist('GET', path)).body.syncs[0];
  }

  /** What readers were shown, beside what is stored and what the source says. */
  async read() {
    const { ends, ...truth } = this.source.truth();
    const facts = [];
    for (const [index, sync] of SYNCS.entries()) {
      const reader = this.readers[index];
      const { connection } = this;
      const { recordCount } = await this.status(sync);
      const [model, listed] = [reader.model, await reader.list()];
      facts.push({ connection, model, shown: reader.shown, listed, count: recordCount[model], truth: truth[model], ends });
    }
    return facts;
  }

  async #repeat(ms, work) {
    while (!this.#isOver) {
      await work();
      await delay(ms);
    }
  }

  async #trigger() {
    const body = { provider_config_key: INTEGRATION, connection_id: this.connection, syncs: SYNCS };
    const reply = await this.client.call('POST', '/sync/trigger', { body, withinMs: 20_000 });
    if (reply.status === 200) this.triggers += 1;
  }

  async #act() {
    const number = this.actions.length;
    const isKeyed = number % 2 === 1;
    const mark = `${this.connection}:action:${number}`;
    const call = { mark, isKeyed, status: 0, body: undefined };
    this.actions.push(call);
    const headers = { ...this.headers, ...(isKeyed ? { 'idempotency-key': mark } : {}) };
    for (let tried = 0; tried < (isKeyed ? KEYED_TRIES : 1); tried += 1) {
      const reply = await this.client.call('POST', '/action/trigger', {
        body: { action_name: 'work', input: { mark } },
        headers,
      });
      Object.assign(call, reply);
      // Told, or told that nothing ran: the key then still waits for a call that does.
      if (reply.status !== 0 && reply.status !== 503 && reply.status !== 429) return;
      await delay(ACTION_MS);
    }
  }

  async #actLater() {
    const number = this.asyncs.length;
    const isRetried = number % 3 === 0;
    const mark = `${this.connection}:async:${isRetried ? 'flaky' : 'once'}:${number}`;
    const call = { mark, isRetried, id: undefined };
    this.asyncs.push(call);
    const reply = await this.client.call('POST', '/action/trigger', {
      body: { action_name: 'work', input: { mark } },
      headers: { ...this.headers, 'x-async': 'true', 'x-max-retries': isRetried ? '2' : '0' },
      withinMs: 30_000,
    });
    if (reply.status >= 200 && reply.status < 300) call.id = reply.body.id;
  }

  async #proxy() {
    const n = String(this.proxied.answered + this.proxied.failed);
    const reply = await this.client.call('GET', `/proxy/echo?n=${n}`, { headers: this.headers, withinMs: 20_000 });
    if (reply.status !== 200) this.proxied.failed += 1;
    else this.proxied.answered += 1;
    if (reply.status === 200 && reply.body.n !== n) this.proxied.wrong += 1;
  }
}
