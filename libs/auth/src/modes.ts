import { mintedModes } from '#libs/auth-forms';
import { type AuthMode, AuthModes } from '#libs/auth-modes';
import type { TokenHttp } from '#libs/token-http';
import { AppMode } from './github/app.mode.js';
import { CustomMode } from './github/custom.mode.js';
import { InstallPluginMode } from './install-plugin.mode.js';
import { McpGenericMode } from './mcp/mcp-generic.mode.js';
import { McpMode } from './mcp/mcp.mode.js';
import { OAuth1Mode } from './oauth1/oauth1.mode.js';
import { OAuth2Mode } from './oauth2/oauth2.mode.js';
import { introspections, providerModes } from './providers/provider-modes.js';

interface ModeOptions {
  /** Address of AWS STS, instead of the region's. */
  readonly stsUrl?: string | undefined;
}

/** Every way to authenticate, talking to providers through one client, within the outbound policy of each environment. */
export const openModes = (http: TokenHttp, options: ModeOptions = {}): AuthModes =>
  new AuthModes(
    { ...browserModes(http), ...mintedModes(http, options.stsUrl) },
    providerModes(http),
    introspections(http),
    (policy) => openModes(http.under(policy), options),
  );

/** Modes in which a browser is sent to the provider. */
const browserModes = (http: TokenHttp): Record<string, AuthMode> => ({
  APP: new AppMode(http),
  CUSTOM: new CustomMode(http),
  INSTALL_PLUGIN: new InstallPluginMode(),
  MCP_OAUTH2: new McpMode(http),
  MCP_OAUTH2_GENERIC: new McpGenericMode(http),
  OAUTH1: new OAuth1Mode(http),
  OAUTH2: new OAuth2Mode(http),
});
