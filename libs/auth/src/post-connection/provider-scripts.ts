import type { AuthSubject, Credentials } from '#libs/auth-modes';
import { AppError } from '#libs/kernel';
import type { TokenHttp } from '#libs/token-http';
import {
  attio,
  calendly,
  docusign,
  githubAppOauth,
  google,
  gusto,
  hubspot,
  linear,
  mailchimp,
  salesforce,
  sentry,
  snowflake,
  zoho,
} from './account-ids.js';
import { jira, xero } from './chosen-sites.js';
import { microsoftTeams, oneDrive, sharepointOnline } from './microsoft.js';
import * as revoke from './pre-deletion.js';
import { VendorApi } from './vendor-api.js';

type Config = Readonly<Record<string, unknown>>;

const POST_CONNECTION: Readonly<Record<string, (api: VendorApi) => Promise<Config>>> = {
  attioPostConnection: attio,
  calendlyPostConnection: calendly,
  docusignPostConnection: docusign,
  githubAppOauthPostConnection: githubAppOauth,
  googlePostConnection: google,
  gustoPostConnection: gusto,
  hubspotPostConnection: hubspot,
  jiraPostConnection: jira,
  linearPostConnection: linear,
  mailchimpPostConnection: mailchimp,
  microsoftTeamsPostConnection: microsoftTeams,
  oneDrivePostConnection: oneDrive,
  salesforcePostConnection: salesforce,
  sentryOauthPostConnection: sentry,
  sharepointOnlinePostConnection: sharepointOnline,
  snowflakePostConnection: snowflake,
  xeroPostConnection: xero,
  zohoPostConnection: zoho,
};

const PRE_DELETION: Readonly<Record<string, (api: VendorApi) => Promise<void>>> = {
  hubspotPreConnectionDeletion: revoke.hubspot,
  intercomPreConnectionDeletion: revoke.intercom,
  linearPreConnectionDeletion: revoke.linear,
  oneloginPreConnectionDeletion: revoke.onelogin,
};

/**
 * Asks a provider for what its API needs to know of a new connection, such as the id of a site, where its catalogue entry names a script
 * for that (spec/auth.md §3.8).
 * @returns fields to merge over the connection's configuration
 * @throws AppError when the provider refuses; the connection stands all the same
 */
export async function runPostConnection(http: TokenHttp, subject: AuthSubject, credentials: Credentials): Promise<Config> {
  const { post_connection_script: name } = subject.provider;
  return name === undefined ? {} : scriptOf(POST_CONNECTION, name)(vendorApi(http, subject, credentials));
}

/**
 * Gives back what a provider granted, before its connection is deleted (spec/auth.md §8.6).
 * @throws AppError when the provider refuses; the connection is deleted all the same
 */
export async function runPreDeletion(http: TokenHttp, subject: AuthSubject, credentials: Credentials): Promise<void> {
  const { pre_connection_deletion_script: name } = subject.provider;
  if (name !== undefined) await scriptOf(PRE_DELETION, name)(vendorApi(http, subject, credentials));
}

const vendorApi = (http: TokenHttp, subject: AuthSubject, credentials: Credentials): VendorApi =>
  new VendorApi(http.under(subject.integration.outboundPolicy), subject, credentials);

function scriptOf<Script>(scripts: Readonly<Record<string, Script>>, name: string): Script {
  const script = Object.hasOwn(scripts, name) ? scripts[name] : undefined;
  if (!script)
    throw new AppError('provider_config_err', `there is no script ${name}: use one of ${Object.keys(scripts).join(', ')}`);
  return script;
}
