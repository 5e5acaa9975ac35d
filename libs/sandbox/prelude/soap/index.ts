import { callback, Client, type Connected } from './client.js';
import { securities } from './security.js';
import { askSoap } from './wire.js';

interface Options {
  readonly endpoint?: string;
  readonly overridePromiseSuffix?: string;
  readonly normalizeNames?: boolean;
  readonly [option: string]: unknown;
}
type Done = (error: unknown, client?: Client) => void;

async function createClientAsync(url: string, options: Options = {}, endpoint?: string): Promise<Client> {
  const connected = await askSoap<Connected>('soap.connect', { url, options });
  return new Client(connected, options, options.endpoint ?? endpoint);
}

/** node-soap's order of arguments: options may be left out. */
function createClient(url: string, options: Options | Done, third?: Done | string, endpoint?: string): void {
  const isShort = typeof options === 'function';
  const done = (isShort ? options : third) as Done;
  void callback(createClientAsync(url, isShort ? {} : options, isShort ? (third as string | undefined) : endpoint), done);
}

const refuse = (name: string) => (): never => {
  throw new Error(`soap.${name} is not available to functions, which serve nothing`);
};

const soap = { createClient, createClientAsync, Client, ...securities, listen: refuse('listen') };

/** Classes whose names authors can see; the bundler shortens them. */
export const soapClasses = { Client, ...securities };

/** The `soap` package: its clients work outside, under the same outbound policy as all calls (spec/functions.md §3.3). */
export const soapModule = Object.freeze({ ...soap, default: soap, __esModule: true });
