import { Worker } from 'node:worker_threads';
import { messageOf } from '#libs/kernel';
import { fetchError } from '../http-errors.js';
import { factsOf, HostError } from '../host-error.js';
import { fetchFor } from '../plain-http.js';
import type { RunContext } from '../run-context.js';
import type {
  FromSoapWorker,
  SoapCall,
  SoapConnect,
  SoapFailure,
  SoapRequest,
  SoapResponse,
  ToSoapWorker,
} from './soap-messages.js';
import { SoapSlots } from './soap-slots.js';

/** Sources are run as they are where this is one. */
const PROGRAM = new URL(`./soap-worker${import.meta.url.endsWith('.ts') ? '.ts' : '.js'}`, import.meta.url);
const MEMORY_MB = 512;
const MAX_BODY_BYTES = 16 * 1024 ** 2;
/** A large WSDL comes in parts; no more of them than this are fetched for one run. */
const MAX_REQUESTS = 10_000;
const slots = new SoapSlots(16);

type Waiting = PromiseWithResolvers<string>;

/** A run's SOAP clients: a thread with node-soap, whose requests are made here under the environment's outbound policy. */
export class SoapSession {
  readonly #waiting = new Map<number, Waiting>();
  #lastCall = 0;
  #requests = 0;

  private constructor(
    private readonly run: RunContext,
    private readonly worker: Worker,
  ) {
    worker.on('message', (message: FromSoapWorker) => this.#hear(message));
    worker.on('error', (error) => this.#end(`the SOAP client broke down: ${messageOf(error)}`));
    worker.on('exit', () => this.#end('the SOAP client has ended'));
  }

  /** Waits while as many runs as may have SOAP clients. */
  static async open(run: RunContext): Promise<SoapSession> {
    const release = await slots.take(run.signal);
    // No environment goes along: nothing in it is for a function.
    const worker = new Worker(PROGRAM, {
      env: {},
      resourceLimits: { maxOldGenerationSizeMb: MEMORY_MB },
      stdout: true,
      stderr: true,
    });
    worker.once('exit', release);
    run.atEnd(() => void worker.terminate());
    run.signal.addEventListener('abort', () => void worker.terminate(), { once: true });
    return new SoapSession(run, worker);
  }

  connect = (connect: SoapConnect): Promise<string> => this.#ask((id) => ({ type: 'connect', id, connect }));
  call = (call: SoapCall): Promise<string> => this.#ask((id) => ({ type: 'call', id, call }));

  #ask(message: (id: number) => ToSoapWorker): Promise<string> {
    const id = ++this.#lastCall;
    const waiting = Promise.withResolvers<string>();
    this.#waiting.set(id, waiting);
    this.#say(message(id));
    return waiting.promise;
  }

  #say(message: ToSoapWorker): void {
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread has no origin
    this.worker.postMessage(message);
  }

  #hear(message: FromSoapWorker): void {
    if (message.type === 'request') return void this.#request(message.id, message.request);
    const waiting = this.#waiting.get(message.id);
    this.#waiting.delete(message.id);
    if (message.type === 'done') waiting?.resolve(message.json);
    else waiting?.reject(toHostError(message.error));
  }

  async #request(id: number, request: SoapRequest): Promise<void> {
    try {
      this.#say({ type: 'response', id, response: await this.#send(request) });
    } catch (error) {
      const { name, message, code, payload } = factsOf(fetchError(error));
      const refusal = payload as { code: string; message: string } | undefined;
      const told = refusal ? { name: 'Error', message: refusal.message, code: refusal.code } : { name, message, code };
      this.#say({ type: 'no-response', id, error: told });
    }
  }

  async #send({ url, method, headers, body }: SoapRequest): Promise<SoapResponse> {
    this.#requests += 1;
    if (this.#requests > MAX_REQUESTS)
      throw new HostError({ name: 'Error', message: `a run makes at most ${MAX_REQUESTS} SOAP requests` });
    const received = await fetchFor(this.run, new URL(url), { method, headers: sendable(headers), body });
    if (received.bytes.length > MAX_BODY_BYTES)
      throw new HostError({ name: 'Error', message: `the answer of ${url} is longer than ${MAX_BODY_BYTES} bytes` });
    return { ...received, bytes: new Uint8Array(received.bytes) };
  }

  #end(message: string): void {
    for (const { reject } of this.#waiting.values()) reject(new HostError({ name: 'Error', message }));
    this.#waiting.clear();
  }
}

/** Of the connection, which is not the author's. */
const OURS = new Set(['host', 'connection', 'content-length', 'accept-encoding', 'transfer-encoding']);

const sendable = (headers: Record<string, string>): Record<string, string> =>
  Object.fromEntries(
    Object.entries(headers)
      .map(([name, value]) => [name.toLowerCase(), value] as const)
      .filter(([name]) => !OURS.has(name)),
  );

const toHostError = ({ name, message, code, soap }: SoapFailure): HostError =>
  new HostError({ name, message, code, payload: soap === undefined ? undefined : { soap } });
