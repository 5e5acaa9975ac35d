import type { ClientCertificate } from '#libs/outbound';

type Texts = Readonly<Record<string, string>>;

/** A request to a provider. At most one of `form`, `json` and `text` is its body. */
export interface TokenRequest {
  readonly url: string;
  /** POST if not given. */
  readonly method?: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** Names in lower case. `accept: application/json` and the body's content type are added where they are absent. */
  readonly headers?: Texts;
  /** Added to the query of the URL, replacing fields of the same name. */
  readonly query?: Texts;
  /** Sent as `application/x-www-form-urlencoded`. */
  readonly form?: Texts;
  /** Sent as `application/json`. */
  readonly json?: unknown;
  /** Sent as it is, such as XML; name its content type. */
  readonly text?: string;
  /** Further values to keep out of messages; those of fields and headers that are called secrets are known already. */
  readonly secrets?: readonly string[];
  /** Shown to the server during the TLS handshake. */
  readonly client?: ClientCertificate | undefined;
}

/** What a provider answered, whatever its status. */
export interface TokenReply {
  readonly status: number;
  /** Lower-case names; `set-cookie` and other repeated ones in full. */
  readonly headers: Readonly<Record<string, string | readonly string[]>>;
  /** JSON and forms parsed, anything else as text. */
  readonly body: unknown;
}
