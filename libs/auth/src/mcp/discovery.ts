import type { z } from 'zod';
import { AppError } from '#libs/kernel';
import type { TokenHttp } from '#libs/token-http';
import {
  advertisedScopes,
  isOf,
  type ResourceMetadata,
  resourceMetadata,
  type ServerMetadata,
  serverMetadata,
  unsafeEndpoint,
  wellKnownUrls,
} from './domain/server-metadata.js';

/** Who guards an MCP server, and what has to be asked for. */
export interface Discovered {
  readonly metadata: ServerMetadata;
  /** Names the server in requests for tokens (RFC 8707); absent where it says nothing of itself, and may not know the parameter. */
  readonly resource?: string | undefined;
  readonly scopes: readonly string[];
}

/**
 * Finds the authorization server of an MCP server: the server's own word (RFC 9728), else its host; then that server's metadata
 * (RFC 8414).
 * @throws AppError `url_param_err` when it cannot be found, `upstream_unreachable` when the host gives no answer
 */
export async function discover(http: TokenHttp, serverUrl: string): Promise<Discovered> {
  const resource = await firstDocument(
    http,
    wellKnownUrls(serverUrl, ['oauth-protected-resource']),
    resourceMetadata,
    isOfHost(serverUrl),
  );
  const [named] = resource?.authorization_servers ?? [];
  const issuer = named ?? new URL(serverUrl).origin;
  // A host that names no issuer may point to one elsewhere; a named one must answer for itself.
  const accepts = (found: ServerMetadata) => named === undefined || isOf(found, issuer);
  const urls = wellKnownUrls(issuer, ['oauth-authorization-server', 'openid-configuration']);
  const metadata = await firstDocument(http, urls, serverMetadata, accepts);
  if (!metadata) throw problem(`no OAuth metadata was found at ${issuer}`);
  const unsafe = unsafeEndpoint(metadata, serverUrl);
  if (unsafe !== undefined) throw problem(`its authorization server names ${unsafe}, which is not https`);
  if (metadata.code_challenge_methods_supported?.includes('S256') === false)
    throw problem('its authorization server lacks PKCE with S256');
  return { metadata, resource: resource && (resource.resource ?? serverUrl), scopes: advertisedScopes(resource, metadata) };
}

const problem = (why: string): AppError =>
  new AppError('url_param_err', `mcp_server_url does not lead to an MCP server that can be connected: ${why}`);

const isOfHost =
  (serverUrl: string) =>
  ({ resource }: ResourceMetadata): boolean =>
    resource === undefined || new URL(resource).origin === new URL(serverUrl).origin;

/** The first address that answers with such a document. */
async function firstDocument<Schema extends z.ZodType>(
  http: TokenHttp,
  urls: readonly string[],
  schema: Schema,
  accepts: (document: z.output<Schema>) => boolean,
): Promise<z.output<Schema> | undefined> {
  for (const url of urls) {
    const { status, body } = await http.send({ url, method: 'GET' });
    const parsed = status === 200 ? schema.safeParse(body) : undefined;
    if (parsed?.success && accepts(parsed.data)) return parsed.data;
  }
  return undefined;
}
