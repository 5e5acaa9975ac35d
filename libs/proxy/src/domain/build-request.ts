import { randomUUID } from 'node:crypto';
import { AppError } from '#libs/kernel';
import { type BaseUrl, type ChosenBase, fillText, parseBaseUrl } from './base-url.js';
import { callerHeaders } from './caller-headers.js';
import { injectIntoBody, textOfBody } from './injected-body.js';
import { fillAll } from './fill-all.js';
import type { OutboundRequest, ProxyCall, RequestBody, SignRequest } from './outbound-request.js';
import { type PreparedConnection, prepare } from './prepared-connection.js';
import type { RequestSigner } from './request-signer.js';
import { headerLookup, type RequestValues } from './scope.js';
import { canonicalParams, targetPath } from './target-url.js';

export interface BuildOptions {
  /** Whether anybody but the catalogue may name a base URL (`NANGO_PROXY_BASE_URL_OVERRIDE_ENABLED`). */
  readonly baseUrlOverride: boolean;
}

const WITH_BODY = new Set(['POST', 'PUT', 'PATCH', 'DELETE']);

/**
 * The request a call becomes: base URL, path and query, credentials, templates, the caller's headers (spec/auth.md §6.3-6.5).
 * @throws AppError `missing_api_url`, `unsupported_provider`, `unsupported_auth`, `invalid_certificate_or_key_format`,
 * `invalid_query_params`, `invalid_headers`, `base_url_override_disabled`, `base_url_override_not_allowed`
 */
export function buildRequest(call: ProxyCall, options: BuildOptions): OutboundRequest {
  const connection = prepare(call.lease);
  const base = baseOf(call, connection, options);
  const endpoint = fillText(call.endpoint, connection.facts);
  const path = targetPath(base, endpoint, call.params, connection.query);
  const own = callerHeaders(call.headers ?? {}, connection.templateNames);
  const sent = WITH_BODY.has(call.method) ? call.body : undefined;
  const injected =
    connection.body && WITH_BODY.has(call.method) ? injectIntoBody(sent, own['content-type'], connection.body) : undefined;
  const body = injected ? injected.body : sent;
  const dynamic =
    connection.perRequest.length > 0 ? perRequestHeaders(connection, call.method, base, path, own, body) : undefined;
  const headers = headersOf(connection, { ...dynamic, ...own }, body, injected?.contentType);
  return {
    method: call.method,
    origin: base.origin,
    path,
    headers,
    sharesHeaders: headers === connection.plainHeaders,
    body,
    bodyLength: injected ? undefined : call.bodyLength,
    hasInjectedBody: injected !== undefined,
    forwardHeaders: call.forwardHeadersOnRedirect ?? connection.forwardHeaders,
    decompress: call.decompress ?? connection.decompress,
    retry: connection.retry,
    renewable: call.lease.renewable,
    credentialHeaders: connection.credentialHeaders,
    secrets: connection.secrets,
    sign: connection.signer && signOf(connection.signer, headers),
    identity: connection.identity,
    outboundPolicy: call.lease.outboundPolicy,
  };
}

function headersOf(
  connection: PreparedConnection,
  own: Readonly<Record<string, string>>,
  body: RequestBody | undefined,
  contentType: string | undefined,
): Readonly<Record<string, string>> {
  if (body === undefined && Object.keys(own).length === 0) return connection.plainHeaders;
  const headers: Record<string, string> = { ...connection.headers, ...own };
  if (contentType !== undefined) headers['content-type'] = contentType;
  else if (body === undefined) delete headers['content-type'];
  return headers;
}

const signOf = ({ sign, yields }: RequestSigner, headers: Readonly<Record<string, string>>): SignRequest | undefined =>
  yields && headers['authorization'] !== undefined ? undefined : sign;

function baseOf(call: ProxyCall, connection: PreparedConnection, options: BuildOptions): BaseUrl {
  const chosen = chosenBase(call, connection);
  if (chosen.isOverride && !options.baseUrlOverride) {
    throw new AppError('base_url_override_disabled', 'the operator of this server does not allow other base URLs');
  }
  return chosen.base;
}

function chosenBase(call: ProxyCall, connection: PreparedConnection): ChosenBase {
  if (call.baseUrlOverride) return { base: parseBaseUrl(fillText(call.baseUrlOverride, connection.facts)), isOverride: true };
  if (/^\/*$/.test(call.endpoint)) throw new AppError('missing_api_url', 'the call names neither an endpoint nor a base URL');
  const base = connection.base();
  if (base) return base;
  throw new AppError(
    'unsupported_provider',
    `${connection.facts.provider.name} has no base URL: name one on the call, the connection or the integration`,
  );
}

function perRequestHeaders(
  connection: PreparedConnection,
  method: string,
  base: BaseUrl,
  path: string,
  own: Readonly<Record<string, string>>,
  body: RequestBody | undefined,
): Record<string, string> {
  const [pathname = '', query = ''] = path.split('?', 2);
  const contentType = own['content-type'] ?? '';
  const text = connection.needsBody ? textOfBody(body) : '';
  const values: RequestValues = {
    method,
    host: base.host,
    path: pathname,
    endpoint: pathname.slice(base.path.length) || '/',
    urlCanonicalParams: canonicalParams(query),
    bodyCanonicalParams: text,
    params: canonicalParams(query || (contentType.startsWith('application/x-www-form-urlencoded') ? text : '')),
    contentType,
  };
  const scope = { lookup: headerLookup(connection.facts, values), now: new Date(), random: randomUUID() };
  return fillAll(connection.perRequest, scope);
}
