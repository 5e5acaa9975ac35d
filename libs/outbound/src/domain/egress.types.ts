/** Proxies that a company's traffic must leave through, and what does not. Addresses may hold a user name and password. */
export interface Egress {
  /** For https targets. */
  readonly https: string | null;
  /** For http targets. */
  readonly http: string | null;
  readonly exceptions: readonly Exception[];
}

/** An entry of `NO_PROXY`. */
export interface Exception {
  /** Without the dot or star in front; `*` is every host. An address may be a range in CIDR notation. */
  readonly host: string;
  readonly port: string | null;
  /** `*.example.com`: sub-domains, and not the name itself. */
  readonly onlySubdomains: boolean;
}
