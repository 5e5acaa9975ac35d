import { bytesOf } from '../crypto/bytes.js';

/** A way to prove oneself, on its way to the host, where node-soap's class of the same name is made from the same arguments. */
export interface WireSecurity {
  readonly kind: string;
  readonly args: readonly unknown[];
}

class Security {
  readonly #args: readonly unknown[];
  constructor(...args: unknown[]) {
    this.#args = args;
  }
  /** @internal */
  wire(): WireSecurity {
    return { kind: this.constructor.name, args: this.#args.map(portable) };
  }
}

const portable = (arg: unknown): unknown => {
  if (arg instanceof Security) return arg.wire();
  return ArrayBuffer.isView(arg) ? bytesOf(arg).toString('utf8') : arg;
};

export class WSSecurity extends Security {}
export class BasicAuthSecurity extends Security {}
export class BearerSecurity extends Security {}
export class WSSecurityCert extends Security {}
export class WSSecurityPlusCert extends Security {}

export class WSSecurityCertWithToken extends Security {
  constructor(props: Record<string, unknown>) {
    super(Object.fromEntries(Object.entries(props).map(([name, value]) => [name, portable(value)])));
  }
}

/** Of a security that node-soap has but that needs the connection itself. */
function refused(name: string) {
  return class extends Security {
    constructor() {
      super();
      throw new Error(`soap.${name} is not available to functions: the connection is not theirs`);
    }
  };
}

export const securities = {
  WSSecurity,
  BasicAuthSecurity,
  BearerSecurity,
  WSSecurityCert,
  WSSecurityPlusCert,
  WSSecurityCertWithToken,
  ClientSSLSecurity: refused('ClientSSLSecurity'),
  ClientSSLSecurityPFX: refused('ClientSSLSecurityPFX'),
  NTLMSecurity: refused('NTLMSecurity'),
};

/** What the host is told of a security; an object of the author's own cannot be taken along. */
export function wireSecurity(security: unknown): WireSecurity | undefined {
  if (security === undefined || security === null) return undefined;
  if (security instanceof Security) return security.wire();
  throw new Error('setSecurity takes one of the security classes of soap');
}
