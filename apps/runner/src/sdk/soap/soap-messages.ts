/** What the runner and a run's SOAP worker say to each other. Results are JSON text: the runner passes them on unread. */

/** One call of an operation, with the state the author's client has at that moment (prelude `soap/client.ts`). */
export interface SoapCall {
  readonly client: number;
  readonly service: string;
  readonly port: string;
  readonly method: string;
  readonly args?: unknown;
  readonly options?: Record<string, unknown> | null | undefined;
  readonly extraHeaders?: Record<string, unknown> | null | undefined;
  readonly security?: SoapSecurity | undefined;
  readonly endpoint?: string | null | undefined;
  readonly action?: string | null | undefined;
  readonly httpHeaders?: Record<string, unknown> | null | undefined;
  readonly bodyAttributes?: readonly unknown[] | null | undefined;
  readonly soapHeaders?:
    | readonly { readonly header: unknown; readonly name?: unknown; readonly namespace?: unknown; readonly xmlns?: unknown }[]
    | null
    | undefined;
}

export interface SoapSecurity {
  readonly kind: string;
  readonly args: readonly unknown[];
}

export interface SoapConnect {
  readonly url: string;
  readonly options: Record<string, unknown>;
}

/** A request as node-soap wants it made. */
export interface SoapRequest {
  readonly url: string;
  readonly method: string;
  readonly headers: Record<string, string>;
  readonly body: string | undefined;
}

export interface SoapResponse {
  readonly status: number;
  readonly statusText: string;
  readonly headers: Record<string, string | string[]>;
  readonly bytes: Uint8Array;
}

export interface SoapFailure {
  readonly name: string;
  readonly message: string;
  readonly code?: string | undefined;
  /** JSON of `root`, `response`, `body` and what the client last sent, where it is a SOAP error. */
  readonly soap?: string | undefined;
}

export type ToSoapWorker =
  | { readonly type: 'connect'; readonly id: number; readonly connect: SoapConnect }
  | { readonly type: 'call'; readonly id: number; readonly call: SoapCall }
  | { readonly type: 'response'; readonly id: number; readonly response: SoapResponse }
  | { readonly type: 'no-response'; readonly id: number; readonly error: SoapFailure };

export type FromSoapWorker =
  | { readonly type: 'done'; readonly id: number; readonly json: string }
  | { readonly type: 'failed'; readonly id: number; readonly error: SoapFailure }
  | { readonly type: 'request'; readonly id: number; readonly request: SoapRequest };
