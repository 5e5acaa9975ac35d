import { wireSecurity } from './security.js';
import { askSoap } from './wire.js';

/** What the host says of a client it made. */
export interface Connected {
  readonly client: number;
  /** Service → port → operations. */
  readonly services: Record<string, Record<string, { readonly location: string; readonly methods: readonly string[] }>>;
  /** Absent where it is too large. */
  readonly description?: object;
}

interface Answer {
  readonly result: unknown;
  readonly rawResponse: unknown;
  readonly soapHeader: unknown;
  readonly rawRequest: unknown;
  readonly attachments?: unknown;
  readonly last: Record<string, unknown>;
}

type Args = Record<string, unknown> | null | undefined;
type Done = (error: unknown, ...answer: unknown[]) => void;
type Header = object | string | ((...args: unknown[]) => unknown);
interface SoapHeader {
  readonly header: Header;
  readonly name: unknown;
  readonly namespace: unknown;
  readonly xmlns: unknown;
}
interface Names {
  readonly service: string;
  readonly port: string;
  readonly method: string;
}

/** Calls back with what a promise settles to. */
export async function callback<Value>(promise: Promise<Value>, done: (error: unknown, value?: Value) => void): Promise<void> {
  let outcome: [unknown, Value?];
  try {
    outcome = [null, await promise];
  } catch (error) {
    outcome = [error];
  }
  done(...outcome);
}

const NOT_IN_NAMES = /[^a-z$_0-9]/i;

/** node-soap's client, as far as functions see it: its operations run outside, its state is kept here and goes along with each call. */
export class Client {
  [operation: string]: unknown;
  readonly #connected: Connected;
  readonly #listeners = new Map<string, Set<(...args: unknown[]) => void>>();
  #security: unknown;
  #endpoint: unknown;
  #action: unknown;
  #soapHeaders: SoapHeader[] | null = null;
  #bodyAttributes: unknown[] | null = null;
  /** Null leaves out even those that SOAP needs. */
  #httpHeaders: Record<string, unknown> | null | undefined;

  constructor(connected: Connected, options: { overridePromiseSuffix?: string; normalizeNames?: boolean }, endpoint: unknown) {
    this.#connected = connected;
    this.#endpoint = endpoint;
    const suffix = options.overridePromiseSuffix || 'Async';
    for (const [service, ports] of Object.entries(connected.services)) {
      const own: Record<string, Record<string, unknown>> = {};
      this[service] = own;
      for (const [port, { methods }] of Object.entries(ports)) {
        own[port] = {};
        for (const method of methods) {
          const call = this.#operation({ service, port, method });
          const name = options.normalizeNames ? method.replace(NOT_IN_NAMES, '_') : method;
          own[port][method] = call;
          this[name] = call;
          if (!NOT_IN_NAMES.test(name)) this[name + suffix] = this.#promised({ service, port, method });
        }
      }
    }
  }

  setSecurity(security: unknown): void {
    wireSecurity(security);
    this.#security = security;
  }
  setEndpoint(endpoint: unknown): void {
    this.#endpoint = endpoint;
  }
  setSOAPAction(action: unknown): void {
    this.#action = action;
  }
  addSoapHeader(header: Header, name?: unknown, namespace?: unknown, xmlns?: unknown): number {
    this.#soapHeaders ??= [];
    return this.#soapHeaders.push({ header, name, namespace, xmlns }) - 1;
  }
  changeSoapHeader(index: number, header: Header, name?: unknown, namespace?: unknown, xmlns?: unknown): void {
    this.#soapHeaders ??= [];
    this.#soapHeaders[index] = { header, name, namespace, xmlns };
  }
  getSoapHeaders(): Header[] | null {
    return this.#soapHeaders?.map(({ header }) => header) ?? null;
  }
  clearSoapHeaders(): void {
    this.#soapHeaders = null;
  }
  addHttpHeader(name: string, value: unknown): void {
    this.#httpHeaders = { ...this.#httpHeaders, [name]: value };
  }
  getHttpHeaders(): Record<string, unknown> | null | undefined {
    return this.#httpHeaders;
  }
  clearHttpHeaders(): void {
    this.#httpHeaders = null;
  }
  addBodyAttribute(attribute: unknown): void {
    (this.#bodyAttributes ??= []).push(attribute);
  }
  getBodyAttributes(): unknown[] | null {
    return this.#bodyAttributes;
  }
  clearBodyAttributes(): void {
    this.#bodyAttributes = null;
  }
  describe(): object {
    if (this.#connected.description) return this.#connected.description;
    throw new Error('the description of this WSDL is too large to be handed to a function');
  }

  on(event: string, listener: (...args: unknown[]) => void): this {
    this.#listeners.set(event, (this.#listeners.get(event) ?? new Set()).add(listener));
    return this;
  }
  once(event: string, listener: (...args: unknown[]) => void): this {
    const first = (...args: unknown[]) => {
      this.off(event, first);
      listener(...args);
    };
    return this.on(event, first);
  }
  off(event: string, listener: (...args: unknown[]) => void): this {
    this.#listeners.get(event)?.delete(listener);
    return this;
  }
  #tell(event: string, ...args: unknown[]): void {
    for (const listener of Array.from(this.#listeners.get(event) ?? [])) listener(...args);
  }

  /** In node-soap's order of arguments: the callback may stand second, third or last. */
  #operation(names: Names) {
    return (...given: unknown[]): void => {
      const done = given.find((arg) => typeof arg === 'function') as Done;
      const [first, ...others] = given.filter((arg) => typeof arg !== 'function');
      void callback(this.#promised(names)((first ?? {}) as Args, ...others), (error, answer) => done(error, ...(answer ?? [])));
    };
  }

  #promised(names: Names) {
    return async (args: Args, options?: unknown, extraHeaders?: unknown): Promise<unknown[]> => {
      const answer = await this.#call(names, args, [options, extraHeaders]);
      return [answer.result, answer.rawResponse, answer.soapHeader, answer.rawRequest, answer.attachments];
    };
  }

  async #call(names: Names, args: Args, [options, extraHeaders]: unknown[]): Promise<Answer> {
    const { client } = this.#connected;
    try {
      const answer = await askSoap<Answer>('soap.call', {
        client,
        ...names,
        args,
        options,
        extraHeaders,
        ...this.#state(names, args),
      });
      this.#remember(answer.last);
      return answer;
    } catch (error) {
      const { last } = error as { last?: Record<string, unknown> };
      if (last) {
        delete (error as { last?: unknown }).last;
        this.#remember(last);
        this.#tell('soapError', error, '');
      }
      throw error;
    }
  }

  #remember(last: Record<string, unknown>): void {
    Object.assign(this, last);
    this.#tell('message', last['lastMessage'], '');
    this.#tell('request', last['lastRequest'], '');
    this.#tell('response', last['lastResponse'], last['lastResponse'], '');
  }

  #state({ service, port, method }: Names, args: Args): object {
    const location = this.#endpoint ?? this.#connected.services[service]?.[port]?.location;
    return {
      security: wireSecurity(this.#security),
      endpoint: this.#endpoint,
      action: this.#action,
      httpHeaders: this.#httpHeaders,
      bodyAttributes: this.#bodyAttributes,
      soapHeaders: this.#soapHeaders?.map(({ header, ...place }) => ({
        header: typeof header === 'function' ? header({ $name: method }, location, this.#action, args) : header,
        ...place,
      })),
    };
  }
}
