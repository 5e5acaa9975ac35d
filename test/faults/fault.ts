import type { Socket } from 'node:net';

/** A request as an upstream got it, on a connection that it may treat badly. */
export interface UpstreamCall {
  readonly socket: Socket;
  readonly method: string;
  readonly path: string;
  /** As it came, without the empty line at its end. */
  readonly head: string;
  /** Empty where the upstream does not wait for it. */
  readonly body: Buffer;
  /** Which request of its connection this is; 1 is the first. */
  readonly ordinal: number;
}

export type Serve = (call: UpstreamCall) => void;

/** What the caller of Fairlead sees. */
export interface Answer {
  readonly status: number;
  /** Of the body `{message, code, method}`, which says that no answer came. Several where systems name a failure differently. */
  readonly code?: string | readonly string[];
  /** Of an error of Fairlead's own, in the usual envelope. */
  readonly error?: string;
  readonly body?: string;
  readonly headers?: Readonly<Record<string, string | undefined>>;
  /** The connection ends before the answer does. */
  readonly breaksOff?: true;
}

/** One way to go wrong, and what comes of it. */
export interface Fault {
  /** What the upstream does, for docs/proxy-faults.md. */
  readonly what: string;
  readonly serve: Serve;
  readonly answer: Answer;
  /** What is worth knowing beside the answer. */
  readonly note?: string;
  /** How it is called; GET without a body where it is not said. */
  readonly call?: {
    readonly method?: string;
    readonly headers?: Readonly<Record<string, string>>;
    readonly body?: string | Buffer;
  };
  /** Another upstream than the farm's own. */
  readonly elsewhere?: (addresses: Elsewhere) => string;
  /** Answers at the head of a request. */
  readonly early?: true;
}

/** Upstreams that fail before a request reaches them. */
export interface Elsewhere {
  /** Where nobody listens. */
  readonly closed: string;
  /** TLS, under these certificates. */
  readonly tls: Readonly<Record<'selfSigned' | 'expired' | 'otherHost', string>>;
  /** A TLS port addressed without TLS, and the other way round. */
  readonly plainToTls: string;
  readonly tlsToPlain: string;
}

export type Faults = Readonly<Record<string, Fault>>;

/** Sends an answer as it is written here: lines of the head, then the body. */
export const write =
  (head: readonly string[], body: string | Buffer = ''): Serve =>
  ({ socket }) =>
    void socket.write(answerOf(head, body));

/** The same, and the end of the connection: in an orderly way, or by a reset. */
export const writeAndEnd =
  (head: readonly string[], body: string | Buffer = ''): Serve =>
  ({ socket }) =>
    void socket.end(answerOf(head, body));

export const writeAndReset =
  (head: readonly string[], body: string | Buffer = ''): Serve =>
  ({ socket }) =>
    // The peer must have read it: a reset overtakes what it has not.
    void socket.write(answerOf(head, body), () => setTimeout(() => socket.resetAndDestroy(), 100));

const answerOf = (head: readonly string[], body: string | Buffer) =>
  Buffer.concat([Buffer.from(`${head.join('\r\n')}\r\n\r\n`, 'latin1'), Buffer.from(body as string)]);

export const OK = 'HTTP/1.1 200 OK';
export const CHUNKED = 'Transfer-Encoding: chunked';
export const length = (body: string | Buffer | number): string =>
  `Content-Length: ${typeof body === 'number' ? body : Buffer.byteLength(body)}`;
