import { parentPort } from 'node:worker_threads';
import * as soap from 'soap';
import type {
  FromSoapWorker,
  SoapCall,
  SoapConnect,
  SoapFailure,
  SoapRequest,
  SoapResponse,
  SoapSecurity,
  ToSoapWorker,
} from './soap-messages.js';

/**
 * node-soap for one run, in a thread of its own: it reads XML of strangers on behalf of strangers, which can cost time and memory, and
 * change what objects inherit; all of it ends with the run. It opens no connection: its requests are made by the runner.
 */
const MAX_DESCRIBED_WSDL = 512 * 1024;
const MAX_DESCRIPTION = 4 * 1024 ** 2;

const clients: soap.Client[] = [];
const asked = new Map<number, { resolve(response: SoapResponse): void; reject(error: Error): void }>();
let lastRequest = 0;

// oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread has no origin
const say = (message: FromSoapWorker): void => parentPort?.postMessage(message);

interface AxiosLike {
  readonly url: string;
  readonly method: string;
  readonly headers: Record<string, unknown>;
  readonly data?: string | Buffer | null;
  readonly responseType?: string;
}

/** In place of axios. */
async function request(options: AxiosLike): Promise<object> {
  const headers = Object.fromEntries(Object.entries(options.headers).map(([name, value]) => [name, String(value)]));
  const { bytes, ...head } = await send({
    url: options.url,
    method: options.method,
    headers,
    body: options.data === undefined || options.data === null ? undefined : options.data.toString(),
  });
  const data = options.responseType === 'arraybuffer' ? Buffer.from(bytes) : Buffer.from(bytes).toString('utf8');
  return { ...head, data, config: { headers } };
}

const send = (given: SoapRequest): Promise<SoapResponse> =>
  new Promise((resolve, reject) => {
    const id = ++lastRequest;
    asked.set(id, { resolve, reject });
    say({ type: 'request', id, request: given });
  });

type Done = (error: unknown, response?: unknown, body?: unknown) => void;

class PolicyHttpClient extends soap.HttpClient {
  override request(url: string, data: unknown, done: Done, headers?: object, options?: object): never {
    const { ntlm, ...allowed } = (options ?? {}) as { ntlm?: unknown };
    const failThis = fail;
    // node-soap would throw what happens in a callback past everybody.
    const once: Done = (...outcome) => {
      fail = failThis;
      try {
        done(...outcome);
      } catch (error) {
        failThis(error);
      }
    };
    if (ntlm) once(new Error('NTLM is not available to functions: the connection is not theirs'));
    else void super.request(url, data, once, headers, allowed);
    return undefined as never;
  }
}

/** Whose work is running, for what is thrown in a callback of its. */
let fail: (error: unknown) => void = () => undefined;

/** A WSDL and what it includes come by HTTP only: there are no files here. */
function webOnly(location: string): string {
  if (/^https?:/i.test(location)) return location;
  throw new Error(`a WSDL can be read from http and https addresses only, not from ${location}`);
}

async function connect({ url, options }: SoapConnect): Promise<object> {
  if (!/^<\?xml[^>]*?>/i.test(url)) webOnly(url);
  const made = await withFailures(() =>
    soap.createClientAsync(url, {
      ...options,
      wsdl_options: { ...(options['wsdl_options'] as object | undefined), overrideImportLocation: webOnly },
      httpClient: new PolicyHttpClient({ request: request as never }),
      request: undefined as never,
      stream: false,
      disableCache: true,
    }),
  );
  const { definitions } = made.wsdl as unknown as { definitions: { services: Record<string, WsdlService> } };
  return { client: clients.push(made) - 1, services: servicesOf(definitions.services), description: describe(made) };
}

interface WsdlService {
  readonly ports: Record<string, { readonly location: string; readonly binding: { readonly methods: Record<string, unknown> } }>;
}

const servicesOf = (services: Record<string, WsdlService>): object =>
  Object.fromEntries(
    Object.entries(services).map(([name, { ports }]) => [
      name,
      Object.fromEntries(
        Object.entries(ports).map(([port, { location, binding }]) => [port, { location, methods: Object.keys(binding.methods) }]),
      ),
    ]),
  );

/** A large WSDL has a description many times its size, which nobody asked for yet. */
function describe(client: soap.Client): object | undefined {
  if (client.wsdl.toXML().length > MAX_DESCRIBED_WSDL) return undefined;
  const description = client.describe() as object;
  return JSON.stringify(description).length > MAX_DESCRIPTION ? undefined : description;
}

/** Also what is thrown in a callback, where the promise never settles. */
function withFailures<Value>(work: () => Promise<Value>): Promise<Value> {
  const failed = new Promise<never>((_resolve, reject) => (fail = reject));
  return Promise.race([work(), failed]);
}

const SECURITIES: Readonly<Record<string, new (...args: never[]) => soap.ISecurity>> = {
  WSSecurity: soap.WSSecurity,
  BasicAuthSecurity: soap.BasicAuthSecurity,
  BearerSecurity: soap.BearerSecurity,
  WSSecurityCert: soap.WSSecurityCert,
  WSSecurityPlusCert: soap.WSSecurityPlusCert,
  WSSecurityCertWithToken: soap.WSSecurityCertWithToken,
};

const isSecurity = (arg: unknown): arg is SoapSecurity =>
  typeof arg === 'object' && arg !== null && 'kind' in arg && 'args' in arg;

function securityOf({ kind, args }: SoapSecurity): soap.ISecurity {
  const Kind = Object.hasOwn(SECURITIES, kind) ? SECURITIES[kind] : undefined;
  if (!Kind) throw new Error(`${kind} is no security of soap`);
  return new Kind(...(args.map((arg) => (isSecurity(arg) ? securityOf(arg) : arg)) as never[]));
}

/** The author's client as it stands: node-soap reads all of it before it sends. */
function bring(client: soap.Client, call: SoapCall): void {
  client.setSecurity((call.security ? securityOf(call.security) : null) as soap.ISecurity);
  client.setSOAPAction((call.action ?? undefined) as string);
  if (call.endpoint) client.setEndpoint(call.endpoint);
  client.clearSoapHeaders();
  for (const { header, name, namespace, xmlns } of call.soapHeaders ?? [])
    client.addSoapHeader(header, name as string, namespace, xmlns as string);
  client.clearBodyAttributes();
  for (const attribute of call.bodyAttributes ?? []) client.addBodyAttribute(attribute);
  (client as unknown as { httpHeaders: unknown }).httpHeaders = call.httpHeaders;
}

type Operation = (
  args: unknown,
  done: (error: unknown, ...answer: unknown[]) => void,
  options: unknown,
  headers: unknown,
) => void;

const lastOf = ({
  lastRequest: sent,
  lastResponse,
  lastResponseHeaders,
  lastElapsedTime,
  lastRequestHeaders,
  ...client
}: soap.Client) => ({
  lastRequest: sent,
  lastResponse,
  lastResponseHeaders,
  lastRequestHeaders: lastRequestHeaders as unknown,
  lastElapsedTime,
  lastMessage: client['lastMessage'] as unknown,
  lastEndpoint: client['lastEndpoint'] as unknown,
});

function invoke(given: SoapCall): Promise<object> {
  const client = clients[given.client];
  if (!client) throw new Error('this SOAP client is gone');
  bring(client, given);
  const services = client as unknown as Record<string, Record<string, Record<string, Operation>>>;
  const operation = services[given.service]?.[given.port]?.[given.method];
  if (!operation) throw new Error(`the WSDL has no operation ${given.service}.${given.port}.${given.method}`);
  const work = () =>
    new Promise<object>((resolve, reject) => {
      const done = (error: unknown, ...[result, rawResponse, soapHeader, rawRequest, attachments]: unknown[]) => {
        if (error) reject(Object.assign(error as Error, { last: lastOf(client) }));
        else resolve({ result, rawResponse, soapHeader, rawRequest, attachments, last: lastOf(client) });
      };
      operation(given.args, done, { ...given.options }, given.extraHeaders);
    });
  return withFailures(work);
}

/** JSON in which dates stay dates (prelude `soap/wire.ts`). */
const toJson = (value: unknown): string =>
  JSON.stringify(value, function (this: Record<string, unknown>, key, shown: unknown) {
    const raw = this[key];
    return raw instanceof Date ? { $date: raw.getTime() } : shown;
  });

interface SoapError extends Error {
  readonly code?: unknown;
  readonly root?: unknown;
  readonly body?: unknown;
  readonly response?: { status?: unknown; statusText?: unknown; headers?: unknown; data?: unknown };
  readonly last?: unknown;
  /** Of XML that is none, which node-soap throws without an error around it. */
  readonly Fault?: { readonly faultstring?: unknown; readonly detail?: unknown };
}

function failureOf(thrown: unknown): SoapFailure {
  const error = thrown as SoapError;
  const { root, body, response, last, Fault } = error;
  const { status, statusText, headers, data } = response ?? {};
  const facts = {
    root,
    body,
    last,
    ...(Fault ? { Fault } : {}),
    ...(response ? { response: { status, statusText, headers, data } } : {}),
  };
  return {
    name: error.name ?? 'Error',
    message: error.message ?? `${String(Fault?.faultstring)}: ${String(Fault?.detail)}`,
    code: typeof error.code === 'string' ? error.code : undefined,
    soap: root || response || last || Fault ? toJson(facts) : undefined,
  };
}

async function answer(id: number, work: () => Promise<object>): Promise<void> {
  try {
    say({ type: 'done', id, json: toJson(await work()) });
  } catch (error) {
    say({ type: 'failed', id, error: failureOf(error) });
  }
}

parentPort?.on('message', (message: ToSoapWorker) => {
  switch (message.type) {
    case 'connect':
      void answer(message.id, () => connect(message.connect));
      break;
    case 'call':
      void answer(message.id, async () => invoke(message.call));
      break;
    case 'response':
      asked.get(message.id)?.resolve(message.response);
      asked.delete(message.id);
      break;
    case 'no-response': {
      const { name, message: text, code } = message.error;
      asked.get(message.id)?.reject(Object.assign(new Error(text), { name }, code === undefined ? {} : { code }));
      asked.delete(message.id);
      break;
    }
  }
});
