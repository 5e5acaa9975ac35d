import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Authority } from './authority.js';
import { type Interceptor, startInterceptor, type WireAnswer, type WireRequest } from './interceptor.js';
import { type Additions, matchOf, missText } from './matching.js';
import type { Calls, Entry } from './recording.js';

/** A webhook of the environment (spec/api.md §6.4). */
export interface Notice {
  readonly type: string;
  readonly connectionId?: string;
  readonly success?: boolean;
  readonly error?: Readonly<Record<string, unknown>>;
}

/** One function's recording while the function runs. */
export class Session {
  /** Stands in the connection's credentials, and so says whose a request is. */
  readonly marker: string;
  readonly misses: string[] = [];
  /** Times that each recorded call was made. */
  readonly calls = new Map<string, number>();
  /** Statuses of 400 and more that were answered. */
  readonly refusals: number[] = [];
  readonly #spent = new Set<Entry>();
  #recorded: Calls = {};
  #isStrict = false;

  constructor(
    number: number,
    private readonly added: Additions,
  ) {
    this.marker = `recorded-session-${number}-`;
  }

  /** Answers from now on with these. */
  play(calls: Calls = {}): void {
    this.#recorded = calls;
    this.calls.clear();
  }

  /** From now on what is not recorded is a miss; before, it is taken for a look at whether the credentials are good. */
  beStrict(): void {
    this.#isStrict = true;
  }

  has = (request: WireRequest): boolean => this.#match(request) !== undefined;

  answer(request: WireRequest): WireAnswer {
    const match = this.#match(request);
    if (!match && !this.#isStrict) return json(200, {});
    if (!match) return this.#miss(request);
    this.calls.set(match.call, (this.calls.get(match.call) ?? 0) + 1);
    if (match.entry.once) this.#spent.add(match.entry);
    if ((match.entry.status ?? 200) >= 400) this.refusals.push(match.entry.status ?? 200);
    const answer = answerOf(match.entry);
    return answer.status < 400 ? answer : { ...answer, headers: { ...this.added.retryAtOnce, ...answer.headers } };
  }

  #miss(request: WireRequest): WireAnswer {
    const miss = missText(request, this.#recorded, this.added);
    // A run that tries again would do so for minutes.
    if (this.misses.includes(miss)) return { ...json(599, {}), fault: 'garbage' };
    this.misses.push(miss);
    return json(599, { error: 'no such call is recorded', miss });
  }

  #match = (request: WireRequest) => matchOf(request, this.#recorded, this.added, (entry) => this.#spent.has(entry));
}

/** Where the environment's own webhooks go. */
const NOTICES = 'https://notices.recorded.example/';

/** One server that is every provider, and answers with what was recorded of them (spec/functions.md §5.2). */
export class RecordedUpstream {
  readonly #folder = mkdtempSync(join(tmpdir(), 'fairlead-recorded-'));
  readonly #sessions = new Set<Session>();
  /** What the environment was told. */
  readonly notices: Notice[] = [];
  readonly noticesUrl = NOTICES;
  #interceptor: Interceptor | undefined;
  #count = 0;

  /** Variables under which a stack finds it wherever it calls. */
  async start(): Promise<Record<string, string>> {
    const authority = new Authority();
    const file = join(this.#folder, 'authority.pem');
    writeFileSync(file, authority.certificate);
    this.#interceptor = await startInterceptor(authority, (request) => this.#answer(request));
    return { HTTPS_PROXY: this.#interceptor.url, HTTP_PROXY: this.#interceptor.url, NODE_EXTRA_CA_CERTS: file };
  }

  open(added: Additions): Session {
    const session = new Session((this.#count += 1), added);
    this.#sessions.add(session);
    return session;
  }

  close(session: Session): void {
    this.#sessions.delete(session);
  }

  async stop(): Promise<void> {
    await this.#interceptor?.close();
    rmSync(this.#folder, { recursive: true, force: true });
  }

  /** Without credentials, or with those of nobody, a call is of whoever has it recorded, or of the only one there is. */
  #answer(request: WireRequest): WireAnswer {
    if (request.url.href === NOTICES) {
      this.notices.push(JSON.parse(request.body.toString('utf8')) as Notice);
      return json(200, {});
    }
    const marker = markerOf(request);
    const open = [...this.#sessions];
    const session = marker
      ? open.find((one) => one.marker === marker)
      : (open.find((one) => one.has(request)) ?? (open.length === 1 ? open[0] : undefined));
    return session?.answer(request) ?? json(200, {});
  }
}

const MARKER = /recorded-session-\d+-/;

function markerOf({ url, headers, body }: WireRequest): string | undefined {
  const basic = /^basic (\S+)/i.exec(headers.authorization ?? '')?.[1] ?? '';
  const places = [
    url.href,
    ...Object.values(headers).map(String),
    Buffer.from(basic, 'base64').toString(),
    body.toString('utf8'),
  ];
  return places.map((place) => MARKER.exec(place)?.[0]).find((found) => found !== undefined);
}

const json = (status: number, body: unknown): WireAnswer => ({
  status,
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify(body),
});

/** Said by the connection itself, and untrue of what we send. */
const OWN_HEADERS = /^(content-(length|encoding)|transfer-encoding|connection|keep-alive|set-cookie|alt-svc)$/i;

function answerOf({ response, base64, status = 200, headers = {}, isCut }: Entry): WireAnswer {
  const bytes = base64 ?? bytesOf(response);
  const kept = Object.entries(headers).filter(([name]) => !OWN_HEADERS.test(name));
  const { body, type } =
    bytes === undefined ? textOf(response) : { body: Buffer.from(bytes, 'base64'), type: 'application/octet-stream' };
  const given = Object.fromEntries(kept.map(([name, value]) => [name.toLowerCase(), String(value)]));
  // A recording keeps what a 204 cannot carry.
  const canBeEmpty = status !== 204 || body.length === 0 || body === 'null' || body === '{}';
  return {
    status: canBeEmpty ? status : 200,
    headers: { 'content-type': type, ...given },
    body,
    ...(isCut ? { fault: 'cut' } : {}),
  };
}

/** Bytes as JSON has them. */
function bytesOf(response: unknown): string | undefined {
  const { type, data } = (response ?? {}) as { type?: unknown; data?: unknown };
  return type === 'Buffer' && Array.isArray(data) ? Buffer.from(data as number[]).toString('base64') : undefined;
}

/** Text goes out as it is, unless it would come in as something else. */
function textOf(response: unknown): { body: string; type: string } {
  if (response === undefined) return { body: '', type: 'text/plain' };
  if (typeof response === 'string' && !isJson(response)) return { body: response, type: 'text/plain; charset=utf-8' };
  return { body: JSON.stringify(response), type: 'application/json' };
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
