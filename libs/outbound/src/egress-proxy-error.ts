import type { Dispatcher } from 'undici';

/** The egress proxy would not carry a request; comes out of it as its error. */
export class EgressProxyError extends Error {
  override readonly name = 'EgressProxyError';
  readonly code = 'FAIRLEAD_EGRESS_PROXY';
}

type Handler = Dispatcher.DispatchHandler;

/** Tells what the proxy itself answers as an error of its own: a caller must not take it for the target's. */
export const throughProxy = (handler: Handler): Handler => new ThroughProxy(handler);

const AUTHENTICATION_REQUIRED = 407;
const CREDENTIALS = 'the egress proxy does not take the user name and password of HTTPS_PROXY or HTTP_PROXY (407)';

class ThroughProxy implements Handler {
  constructor(private readonly inner: Handler) {}

  onRequestStart(...given: Parameters<NonNullable<Handler['onRequestStart']>>): void {
    this.inner.onRequestStart?.(...given);
  }

  onRequestUpgrade(...given: Parameters<NonNullable<Handler['onRequestUpgrade']>>): void {
    this.inner.onRequestUpgrade?.(...given);
  }

  onResponseStart(...given: Parameters<NonNullable<Handler['onResponseStart']>>): void {
    const [controller, status] = given;
    if (status === AUTHENTICATION_REQUIRED) controller.abort(new EgressProxyError(CREDENTIALS));
    else this.inner.onResponseStart?.(...given);
  }

  onResponseData(...given: Parameters<NonNullable<Handler['onResponseData']>>): void {
    this.inner.onResponseData?.(...given);
  }

  onResponseEnd(...given: Parameters<NonNullable<Handler['onResponseEnd']>>): void {
    this.inner.onResponseEnd?.(...given);
  }

  onResponseError(controller: Dispatcher.DispatchController, error: Error): void {
    this.inner.onResponseError?.(controller, refusedTunnel(error) ?? error);
  }
}

/** undici tells a tunnel that was refused by its message alone. */
function refusedTunnel({ message }: Error): EgressProxyError | undefined {
  const status = /^Proxy response \((\d{3})\)/.exec(message)?.[1];
  if (status === undefined) return undefined;
  return new EgressProxyError(
    Number(status) === AUTHENTICATION_REQUIRED ? CREDENTIALS : `the egress proxy refused the connection with status ${status}`,
  );
}
