/** What a person entered, sorted by where the API wants it. */
export interface Submission {
  readonly params: Readonly<Record<string, string>>;
  readonly credentials: Readonly<Record<string, string>>;
  readonly assertionOption: Readonly<Record<string, string>>;
}

/** How to make a connection: by a popup that goes to the provider, or by one POST. */
export type AuthRequest =
  | { readonly way: 'popup'; readonly path: string; readonly query: URLSearchParams }
  | { readonly way: 'post'; readonly path: string; readonly query: URLSearchParams; readonly body?: object };

const POPUP_MODES = new Set(['OAUTH1', 'OAUTH2', 'APP', 'CUSTOM', 'MCP_OAUTH2', 'MCP_OAUTH2_GENERIC', 'INSTALL_PLUGIN']);

/** Whether a person finishes at the provider, in a window of its own. */
export const needsPopup = (mode: string, installation?: string): boolean =>
  POPUP_MODES.has(mode) && !isOutbound(mode, installation);

const isOutbound = (mode: string, installation?: string): boolean => mode === 'OAUTH2' && installation === 'outbound';

const POST_PATHS: Readonly<Record<string, string>> = {
  API_KEY: '/api-auth/api-key',
  BASIC: '/api-auth/basic',
  OAUTH2_CC: '/oauth2/auth',
  TBA: '/auth/tba',
  JWT: '/auth/jwt',
  TWO_STEP: '/auth/two-step',
  SIGNATURE: '/auth/signature',
  BILL: '/auth/bill',
  AWS_SIGV4: '/auth/aws-sigv4',
  NONE: '/auth/unauthenticated',
};

/** Modes whose bodies name their mode; the others refuse fields they do not know (spec/api.md §3.18). */
const TYPED_MODES = new Set(['JWT', 'TWO_STEP', 'SIGNATURE']);

/**
 * The request that connects an account (spec/auth.md §2.1).
 * @returns undefined for a mode this page does not know
 */
export function authRequest(
  integrationKey: string,
  mode: string,
  installation: string | undefined,
  { params, credentials, assertionOption }: Submission,
): AuthRequest | undefined {
  const key = encodeURIComponent(integrationKey);
  const query = new URLSearchParams(Object.entries(params).map(([name, value]) => [`params[${name}]`, value]));
  if (isOutbound(mode, installation)) return { way: 'post', path: `/auth/oauth-outbound/${key}`, query };
  if (POPUP_MODES.has(mode)) {
    for (const [name, value] of Object.entries(credentials)) query.set(`credentials[${name}]`, value);
    return { way: 'popup', path: `/oauth/connect/${key}`, query };
  }
  const path = POST_PATHS[mode];
  if (!path) return undefined;
  if (mode === 'NONE') return { way: 'post', path: `${path}/${key}`, query };
  const body = {
    ...credentials,
    ...(TYPED_MODES.has(mode) ? { type: mode } : {}),
    ...(mode === 'TWO_STEP' && Object.keys(assertionOption).length > 0 ? { assertionOption } : {}),
  };
  return { way: 'post', path: `${path}/${key}`, query, body };
}
