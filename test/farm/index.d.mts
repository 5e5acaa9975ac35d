/** An application that a developer registered. */
interface FarmApp {
  readonly id: string;
  readonly secret: string;
}

type FarmUser<Field extends string> = Readonly<Record<'who' | Field, string>>;

/** Where a farm is and who is known there; plain data. */
export interface FarmAccess {
  readonly url: string;
  /** The same over TLS. */
  readonly httpsUrl: string;
  /** Of the authority that its TLS certificate comes from. */
  readonly authorityFile: string;
  readonly apps: Readonly<Record<'oidc' | 'oauth2' | 'oauth1' | 'netsuite' | 'githubOauth', FarmApp>> & {
    readonly github: { readonly appId: string; readonly privateKey: string };
  };
  readonly users: {
    readonly apiKey: FarmUser<'apiKey'>;
    readonly basic: FarmUser<'username' | 'password'>;
    readonly cc: FarmUser<'client_id' | 'client_secret'>;
    readonly ccKey: FarmUser<'client_id' | 'client_private_key'>;
    readonly tba: FarmUser<'accountId' | 'token_id' | 'token_secret'>;
    readonly jwt: FarmUser<'keyId' | 'issuerId' | 'privateKey'>;
    readonly ghost: FarmUser<'id' | 'secret'>;
    readonly twoStep: FarmUser<'username' | 'password'>;
    readonly wsse: FarmUser<'username' | 'password'>;
    readonly bill: FarmUser<'username' | 'password' | 'organization_id' | 'dev_key'>;
    readonly aws: FarmUser<'role_arn' | 'accessKeyId' | 'secretAccessKey' | 'stsApiKey'>;
    readonly plugin: FarmUser<'username' | 'password'>;
  };
  /** Of a client, for mutual TLS; PEM. */
  readonly certificate: { readonly cert: string; readonly key: string };
}

/** What a token call runs into. */
export type FarmFault = 'slow' | 'cut' | 'huge' | 'unavailable' | 'retry-after' | 'retry-date' | 'ratelimit-reset';

/** Steers a farm, from any process. */
export interface FarmControl {
  /** Every secret that the farm issued or was given. */
  secrets(): Promise<string[]>;
  /** How often what happened. */
  counters(): Promise<Record<string, number>>;
  /** Slow answers that wait for `release`. */
  waiting(): Promise<number>;
  /** Tells who the server is that sends browsers here. */
  serveFor(serverUrl: string): Promise<void>;
  /** Nothing of an account is good any more. */
  revoke(who: string): Promise<void>;
  restore(who: string): Promise<void>;
  /** The access tokens of an account are over before their end, and can be renewed. */
  end(who: string): Promise<void>;
  /** The next token calls of a dialect run into this; null: into nothing, whatever the dialect does by itself. */
  fault(dialect: string, fault: FarmFault | null, times?: number): Promise<void>;
  release(): Promise<void>;
  /** Counts a value among the secrets. */
  keepSecret(value: string): Promise<void>;
}

export interface Farm extends FarmControl {
  readonly url: string;
  readonly access: FarmAccess;
  /** Content of a catalogue file: a provider of every auth mode. */
  catalogue(): Record<string, Record<string, unknown>>;
  close(): Promise<void>;
}

export function startFarm(options?: { port?: number }): Promise<Farm>;
export function controlOf(url: string): FarmControl;
