import type { AuthMode, Introspection } from '#libs/auth-modes';
import type { TokenHttp } from '#libs/token-http';
import { OAuth2Mode } from '../oauth2/oauth2.mode.js';
import type { OAuth2Dialect } from '../oauth2/oauth2-dialect.js';
import { CLIENT_PROOFS } from './client-proofs.js';
import { COROS } from './coros.js';
import { FACEBOOK, instagramLike, MetaMode } from './meta.mode.js';
import { MicrosoftAdminMode } from './microsoft-admin.mode.js';
import { sharepointDialect, teamsBotDialect } from './microsoft-second-token.js';
import { REVOLUT } from './revolut.js';
import { salesforceIntrospection } from './salesforce-introspection.js';
import { SENTRY } from './sentry.js';
import { SlackMode } from './slack.mode.js';
import { TIKTOK } from './tiktok.js';

/** Providers with a way of their own (spec/auth.md §2.3), by their key. */
export function providerModes(http: TokenHttp): Record<string, AuthMode> {
  const dialects: Record<string, OAuth2Dialect> = {
    ...CLIENT_PROOFS,
    ...TIKTOK,
    coros: COROS,
    'coros-sandbox': COROS,
    'microsoft-teams-bot': teamsBotDialect(http),
    'one-drive': sharepointDialect(http),
    'revolut-business': REVOLUT,
    'sentry-oauth': SENTRY,
    'sharepoint-online': sharepointDialect(http),
  };
  return {
    ...Object.fromEntries(Object.entries(dialects).map(([name, dialect]) => [name, new OAuth2Mode(http, dialect)])),
    facebook: new MetaMode(http, FACEBOOK),
    instagram: new MetaMode(http, instagramLike('ig')),
    'microsoft-admin': new MicrosoftAdminMode(http),
    slack: new SlackMode(http),
    threads: new MetaMode(http, instagramLike('th')),
  };
}

const SALESFORCE = ['salesforce', 'salesforce-sandbox', 'salesforce-experience-cloud', 'salesforce-cc', 'salesforce-jwt'];

/** Providers whose tokens' ends have to be asked for, by their key. */
export function introspections(http: TokenHttp): Record<string, Introspection> {
  const ask = salesforceIntrospection(http);
  return Object.fromEntries(SALESFORCE.map((name) => [name, ask]));
}
