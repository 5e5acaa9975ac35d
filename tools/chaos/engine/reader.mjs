import { setTimeout as delay } from 'node:timers/promises';

const PAGE = 40;
const PAUSE_MS = 100;

/** Where a record's cursor stands in the order of changes. */
export const seqOf = (cursor) => Number(Buffer.from(cursor, 'base64').toString('latin1').split('.')[2]);

/** A product that follows the cursor of one model, and remembers all it was shown. */
export class Reader {
  /** Every record it was shown, in the order it was. */
  shown = [];
  #cursor;
  #isEnding = false;

  constructor(client, headers, model) {
    Object.assign(this, { client, headers, model });
  }

  /** Until it is told that there is nothing more, and has seen that. */
  async follow() {
    for (let isDone = false; !isDone;) {
      const wasEnding = this.#isEnding;
      const count = await this.#read();
      isDone = wasEnding && count === 0;
      if (count === 0) await delay(PAUSE_MS);
    }
  }

  async catchUp() {
    this.#isEnding = true;
  }

  /** All records, from the beginning, as a new reader gets them. */
  async list() {
    const all = [];
    for (let cursor; ;) {
      const path = `/records?model=${this.model}&limit=1000${cursor ? `&cursor=${encodeURIComponent(cursor)}` : ''}`;
      const { body } = await this.client.insist('GET', path, { headers: this.headers });
      all.push(...body.records.map(factsOf));
      cursor = body.next_cursor;
      if (!cursor) return all;
    }
  }

  /** How many there were; -1 where nothing was answered. */
  async #read() {
    const from = this.#cursor ? `&cursor=${encodeURIComponent(this.#cursor)}` : '';
    const reply = await this.client.call('GET', `/records?model=${this.model}&limit=${PAGE}${from}`, {
      headers: this.headers,
      withinMs: 10_000,
    });
    if (reply.status !== 200) {
      await delay(PAUSE_MS);
      return -1;
    }
    const shown = reply.body.records.map(factsOf);
    this.shown.push(...shown);
    this.#cursor = shown.at(-1)?.cursor ?? this.#cursor;
    return shown.length;
  }
}

function factsOf({ _nango_metadata: { cursor, last_action }, ...record }) {
  return { id: record.id, cursor, seq: seqOf(cursor), isDeleted: last_action === 'DELETED', record };
}
