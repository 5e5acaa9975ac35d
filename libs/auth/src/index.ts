/** Every way to authenticate, put together: modes with a browser, dialects of providers, what is asked after connecting (spec/auth.md §2-4). */
export { type AuthConfig, authEnv } from './auth.config.js';
export { AuthModule } from './auth.module.js';
export { openModes } from './modes.js';
export { renewAppJwt } from './github/installation.js';
export { type ClientToRegister, registerClient } from './mcp/register-client.js';
export { runPostConnection, runPreDeletion } from './post-connection/provider-scripts.js';
