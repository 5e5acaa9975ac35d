import type { BatchResult, Checkpoint, CheckpointState, DryRunReport, LogMessage } from '#libs/contracts';
import { HostError } from './host-error.js';
import { Services } from './run-context.js';
import type { ServiceCall } from './service-client.js';

/** A report is read by people. */
const MAX_KEPT = 1_000;
const MAX_BYTES = 4 * 1024 ** 2;
const WRITES = { save: 'saved', update: 'updated', delete: 'deleted' } as const;

/** The real services outlive the run. */
const close = (): Promise<void> => Promise.resolve();

/** Stands before persist and the server: what a run reads is real, what it writes is kept here and told at its end. */
export class DryRun {
  readonly services: Services;
  readonly #logs: DryRunReport['logs'] = [];
  readonly #http: DryRunReport['http'] = [];
  readonly #records: DryRunReport['records'] = {};
  readonly #metadata: unknown[] = [];
  #checkpoint: Checkpoint | null;
  #version = 1;
  #bytes = 0;
  #omitted = 0;

  constructor(given: { readonly checkpoint: Checkpoint | null }, real: Services) {
    this.#checkpoint = given.checkpoint;
    const call = async <Answer>(request: ServiceCall): Promise<Answer> => this.#persist(request) as Promise<Answer>;
    const serverCall = async <Answer>(request: ServiceCall): Promise<Answer> => {
      if (!request.path.startsWith('/internal/metadata')) return real.server.call<Answer>(request);
      this.#keep(this.#metadata, JSON.parse(request.body ?? '{}'));
      return undefined as Answer;
    };
    this.services = new Services({ call, close }, { call: serverCall, close }, real.http, real.rateLimits, real.invocations);
  }

  report(): DryRunReport {
    return {
      logs: this.#logs,
      http: this.#http,
      records: this.#records,
      metadata: this.#metadata,
      checkpoint: this.#checkpoint,
      omitted: this.#omitted,
    };
  }

  async #persist({ method, path, body }: ServiceCall): Promise<unknown> {
    const [, resource, model = '', what = ''] = path.replace(/\?.*/, '').split('/');
    if (resource === 'logs') return this.#hear(JSON.parse(body ?? '{}') as { messages: LogMessage[] });
    if (resource === 'checkpoint') return this.#checkpointCall(method, body);
    if (resource === 'locks') return { done: true };
    if (resource === 'track-deletes') return { deletedKeys: [] };
    if (resource !== 'records') throw new HostError({ name: 'Error', message: `a dry run cannot do ${method} ${path}` });
    return this.#recordsCall(decodeURIComponent(model), what, body);
  }

  #hear({ messages }: { readonly messages: readonly LogMessage[] }): void {
    for (const { type, level, message, meta, request, response, durationMs } of messages) {
      if (type === 'log') this.#keep(this.#logs, { level, message, ...(meta === undefined ? {} : { meta }) });
      else if (request) {
        const ended = { ...(response ? { status: response.code } : {}), ...(durationMs === undefined ? {} : { durationMs }) };
        this.#keep(this.#http, { method: request.method, url: request.url, ...ended });
      }
    }
  }

  #checkpointCall(method: ServiceCall['method'], body: string | undefined): CheckpointState {
    if (method === 'PUT') this.#checkpoint = (JSON.parse(body ?? '{}') as { checkpoint: Checkpoint }).checkpoint;
    if (method === 'DELETE') this.#checkpoint = null;
    if (method !== 'GET') this.#version += 1;
    return { checkpoint: this.#checkpoint, version: this.#version };
  }

  /** A dry run starts with no records of its own: what it reads back is empty. */
  #recordsCall(model: string, what: string, body: string | undefined): unknown {
    if (what === '') return { records: [], next_cursor: null };
    if (what === 'cursor') return { cursor: null };
    if (what === 'outdated') return { deletedKeys: [] };
    if (what === 'empty') return { deletedCount: 0, hasMore: false };
    const kind = WRITES[what as keyof typeof WRITES];
    const records = JSON.parse(body ?? '[]') as unknown[];
    const kept = (this.#records[model] ??= { saved: [], updated: [], deleted: [] });
    for (const record of records) this.#keep(kept[kind], record);
    const counts = { saved: 0, updated: 0, deleted: 0, [kind]: records.length };
    const { saved: added, updated, deleted } = counts;
    return { added, updated, deleted, unchanged: 0, duplicates: [] } satisfies BatchResult;
  }

  #keep<Item>(list: Item[], item: Item): void {
    const bytes = JSON.stringify(item).length;
    if (list.length >= MAX_KEPT || this.#bytes + bytes > MAX_BYTES) {
      this.#omitted += 1;
      return;
    }
    this.#bytes += bytes;
    list.push(item);
  }
}
