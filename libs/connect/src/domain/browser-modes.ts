/** Modes that lead through pages of the provider (spec/api.md §3.17). */
export const BROWSER_MODES: ReadonlySet<string> = new Set([
  'OAUTH1',
  'OAUTH2',
  'APP',
  'CUSTOM',
  'MCP_OAUTH2',
  'MCP_OAUTH2_GENERIC',
  'INSTALL_PLUGIN',
]);

/** Modes whose clients a metadata document may describe (spec/auth.md §2.16). */
export const MCP_MODES: ReadonlySet<string> = new Set(['MCP_OAUTH2', 'MCP_OAUTH2_GENERIC']);

/** Installations may be finished by somebody else, such as an administrator who approves them, in another browser. */
const ANY_BROWSER = new Set(['APP', 'INSTALL_PLUGIN']);

/** Whether the browser that comes back must be the one that was sent (spec/auth.md §3.2). */
export const needsSameBrowser = (authMode: string): boolean => !ANY_BROWSER.has(authMode);
