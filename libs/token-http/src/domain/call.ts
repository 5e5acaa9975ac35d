import { AppError } from '#libs/kernel';
import type { TokenRequest } from '../token-http.types.js';

/** One request as it is sent. */
export interface Call {
  readonly url: URL;
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | undefined;
}

/** @throws AppError `upstream_unreachable` when the URL is none */
export function callOf(request: TokenRequest): Call {
  const url = URL.parse(request.url);
  if (!url) throw new AppError('upstream_unreachable', 'its address is no URL');
  for (const [name, value] of Object.entries(request.query ?? {})) url.searchParams.set(name, value);
  const { body, type } = bodyOf(request);
  const headers = {
    accept: 'application/json',
    'accept-encoding': 'identity',
    'user-agent': 'Fairlead',
    ...(type === undefined ? {} : { 'content-type': type }),
    ...request.headers,
  };
  return { url, method: request.method ?? 'POST', headers, body };
}

interface Body {
  readonly body: string | undefined;
  readonly type: string | undefined;
}

function bodyOf({ form, json, text }: TokenRequest): Body {
  if (form) return { body: new URLSearchParams(form).toString(), type: 'application/x-www-form-urlencoded' };
  if (json !== undefined) return { body: JSON.stringify(json), type: 'application/json' };
  return { body: text, type: text === undefined ? undefined : 'text/plain' };
}
