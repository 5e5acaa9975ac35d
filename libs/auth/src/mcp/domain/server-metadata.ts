import { z } from 'zod';

const names = z.array(z.string()).optional();

/** Addresses here are used as the catalogue's are, which may name values of the connection: nobody else's may. */
const address = z.url({ protocol: /^https?$/ }).refine((url) => !url.includes('${'), 'must be an address, not a template');

/** What an MCP server says of who guards it (RFC 9728), as far as it matters here. */
export const resourceMetadata = z.object({
  resource: address.optional(),
  authorization_servers: z.array(address).optional(),
  scopes_supported: names,
});
export type ResourceMetadata = z.output<typeof resourceMetadata>;

/** What an authorization server says of itself (RFC 8414, OpenID Connect Discovery). */
export const serverMetadata = z.object({
  issuer: address,
  authorization_endpoint: address,
  token_endpoint: address,
  registration_endpoint: address.optional(),
  scopes_supported: names,
  code_challenge_methods_supported: names,
  token_endpoint_auth_methods_supported: names,
  client_id_metadata_document_supported: z.boolean().optional(),
});
export type ServerMetadata = z.output<typeof serverMetadata>;

/** Whom an authorization server knows us as. */
export const registeredClient = z.object({
  client_id: z.string().min(1),
  client_secret: z.string().optional(),
  token_endpoint_auth_method: z.string().optional(),
});
export type RegisteredClient = z.output<typeof registeredClient>;

/**
 * Addresses of a well-known document about a URL, likeliest first: the document's name goes before the path (RFC 8414 §3.1), after it (as
 * OpenID Connect has it), or the document is about the whole host.
 */
export function wellKnownUrls(about: string, documents: readonly string[]): string[] {
  const { origin, pathname } = new URL(about);
  const path = pathname.replace(/\/+$/, '');
  const before = documents.map((name) => `${origin}/.well-known/${name}${path}`);
  const after = documents.filter((name) => name === 'openid-configuration').map((name) => `${origin}${path}/.well-known/${name}`);
  const whole = documents.map((name) => `${origin}/.well-known/${name}`);
  return [...new Set([...before, ...after, ...whole])];
}

const withoutSlash = (url: string): string => url.replace(/\/+$/, '');

/** Whether a document speaks for the server it was asked of: otherwise one server could pass for another (RFC 8414 §3.3). */
export const isOf = (metadata: Pick<ServerMetadata, 'issuer'>, issuer: string): boolean =>
  withoutSlash(metadata.issuer) === withoutSlash(issuer);

/** Scopes to ask for: the resource knows best which of them it needs. */
export const advertisedScopes = (resource: ResourceMetadata | undefined, server: ServerMetadata): string[] =>
  resource?.scopes_supported ?? server.scopes_supported ?? [];

/** Endpoints a browser or a secret is sent to must be as safe as the server that was named by the user. */
export function unsafeEndpoint(metadata: ServerMetadata, serverUrl: string): string | undefined {
  if (new URL(serverUrl).protocol !== 'https:') return undefined;
  const endpoints = [metadata.authorization_endpoint, metadata.token_endpoint, metadata.registration_endpoint];
  return endpoints.find((endpoint) => endpoint !== undefined && new URL(endpoint).protocol !== 'https:');
}
