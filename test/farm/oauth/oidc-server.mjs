import { generateKeyPairSync, randomUUID } from 'node:crypto';
import { Provider } from 'oidc-provider';
import { consentPage } from '../page.mjs';
import { bearerOf } from '../tokens.mjs';

/** Seconds: soon due. */
const FIRST_LIFE = 1;
const LIFE = 3600;
const MOUNT = '/oidc';
const SCOPE = 'openid offline_access read write';
/** Who asks for nothing gets this (RFC 6749 §3.3): clients of MCP servers may not know what to ask for. */
const DEFAULT_SCOPE = '&scope=openid%20offline_access';

/**
 * `oidc-provider`, unmodified: PKCE, rotating refresh tokens, dynamic registration, metadata. Tokens of a code live a second, those of a
 * refresh an hour. API: `/api/oidc/*`; as an MCP server: `/mcp`.
 */
export class OidcServer {
  #grants = new Map();
  #keys = [{ ...generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey.export({ format: 'jwk' }), use: 'sig' }];

  constructor({ ledger, tokens, people }) {
    Object.assign(this, { ledger, tokens, app: people.apps.oidc, byOrigin: new Map() });
  }

  register(router, api) {
    router.on('GET', '/.well-known/oauth-authorization-server/oidc', (call) => this.#metadata(call));
    router.on('GET', '/.well-known/oauth-protected-resource/*', (call) => this.#resource(call));
    router.on('GET', '/.well-known/oauth-protected-resource', (call) => this.#resource(call));
    router.on('GET', '/oidc-consent/:uid', ({ params }) => consentPage('OpenID provider', `/oidc-consent/${params.uid}`));
    router.on('POST', '/oidc-consent/:uid', (call) => this.#decide(call));
    router.on('*', '/mcp', (call) => this.#mcp(call));
    api.accept('oidc', (call) => this.#holder(call));
  }

  /** @param {string} callbackUrl where the registered application is sent back to */
  open(callbackUrl) {
    this.callbackUrl = callbackUrl;
  }

  /** Requests under its path are its own: it reads bodies itself. */
  takes(message) {
    return message.url.startsWith(`${MOUNT}/`);
  }

  async handle(message, response, origin) {
    if (message.url.startsWith(`${MOUNT}/auth?`) && !/[?&]scope=[^&]/.test(message.url)) message.url += DEFAULT_SCOPE;
    message.originalUrl = message.url;
    message.url = message.url.slice(MOUNT.length);
    await this.#at(origin).callback()(message, response);
  }

  /** Nothing that this account was given is good any more. */
  async revoke(who) {
    for (const { provider, grantId } of this.#grants.get(who) ?? []) {
      await provider.AccessToken.revokeByGrantId(grantId);
      await provider.RefreshToken.revokeByGrantId(grantId);
    }
  }

  #at(origin) {
    const known = this.byOrigin.get(origin);
    if (known) return known;
    const provider = new Provider(`${origin}${MOUNT}`, this.#configuration());
    provider.on('grant.success', ({ oidc, body }) => {
      this.ledger.count(`oidc.${String(oidc.params.grant_type)}`);
      for (const given of [oidc.params, body]) this.ledger.observe(given);
    });
    provider.on('grant.error', ({ oidc }) => this.ledger.observe(oidc.params ?? {}));
    provider.on('registration_create.success', ({ body }) => this.ledger.observe(body));
    this.byOrigin.set(origin, provider);
    return provider;
  }

  #configuration() {
    return {
      clients: [
        {
          client_id: this.app.id,
          client_secret: this.app.secret,
          redirect_uris: [this.callbackUrl],
          grant_types: ['authorization_code', 'refresh_token'],
          token_endpoint_auth_method: 'client_secret_post',
        },
      ],
      jwks: { keys: this.#keys },
      cookies: { keys: [randomUUID()] },
      scopes: SCOPE.split(' '),
      findAccount: (_context, id) => ({ accountId: id, claims: () => ({ sub: id }) }),
      features: {
        devInteractions: { enabled: false },
        registration: { enabled: true },
        revocation: { enabled: true },
        // MCP clients name the server that a token is for (RFC 8707).
        resourceIndicators: {
          getResourceServerInfo: () => ({ scope: SCOPE, accessTokenFormat: 'opaque' }),
          useGrantedResource: () => true,
        },
      },
      interactions: { url: (_context, { uid }) => `/oidc-consent/${uid}` },
      issueRefreshToken: (_context, client) => client.grantTypeAllowed('refresh_token'),
      rotateRefreshToken: true,
      pkce: { required: () => true },
      ttl: {
        AccessToken: ({ oidc }) => (oidc.params.grant_type === 'refresh_token' ? LIFE : FIRST_LIFE),
        Grant: LIFE,
        Interaction: LIFE,
        Session: LIFE,
        RefreshToken: LIFE,
      },
    };
  }

  #metadata({ url }) {
    const at = (path) => `${url.origin}${MOUNT}${path}`;
    return {
      body: {
        issuer: at(''),
        authorization_endpoint: at('/auth'),
        token_endpoint: at('/token'),
        registration_endpoint: at('/reg'),
        jwks_uri: at('/jwks'),
        scopes_supported: SCOPE.split(' '),
        response_types_supported: ['code'],
        grant_types_supported: ['authorization_code', 'refresh_token'],
        code_challenge_methods_supported: ['S256'],
        token_endpoint_auth_methods_supported: ['none', 'client_secret_post'],
      },
    };
  }

  #resource({ url }) {
    return {
      body: {
        resource: `${url.origin}/mcp`,
        authorization_servers: [`${url.origin}${MOUNT}`],
        scopes_supported: ['openid', 'offline_access'],
      },
    };
  }

  async #decide({ message, response, form, url }) {
    const provider = this.#at(url.origin);
    const { params } = await provider.interactionDetails(message, response);
    const answer =
      form.decision === 'approve'
        ? await this.#approve(provider, params)
        : { error: 'access_denied', error_description: 'the user said no' };
    await provider.interactionFinished(message, response, answer, { mergeWithLastSubmission: false });
    return { sent: true };
  }

  async #approve(provider, { client_id: clientId, resource }) {
    const accountId = `user-${randomUUID()}`;
    const grant = new provider.Grant({ accountId, clientId });
    grant.addOIDCScope(SCOPE);
    if (resource) grant.addResourceScope(resource, SCOPE);
    const grantId = await grant.save();
    this.#grants.set(accountId, [...(this.#grants.get(accountId) ?? []), { provider, grantId }]);
    return { login: { accountId, remember: false }, consent: { grantId } };
  }

  async #holder(call) {
    const token = bearerOf(call);
    if (!token) return undefined;
    const found = await this.#at(call.url.origin).AccessToken.find(token);
    return found?.accountId;
  }

  async #mcp(call) {
    const who = await this.#holder(call);
    if (who) return { body: { who } };
    const metadata = `${call.url.origin}/.well-known/oauth-protected-resource/mcp`;
    return {
      status: 401,
      headers: { 'www-authenticate': `Bearer resource_metadata="${metadata}"` },
      body: { error: 'invalid_token' },
    };
  }
}
