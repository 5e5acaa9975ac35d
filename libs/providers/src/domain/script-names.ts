/** Handlers that entries may name: what runs after a connection is made (spec/auth.md §3.8). */
const POST_CONNECTION = [
  'attioPostConnection',
  'calendlyPostConnection',
  'docusignPostConnection',
  'githubAppOauthPostConnection',
  'googlePostConnection',
  'gustoPostConnection',
  'hubspotPostConnection',
  'jiraPostConnection',
  'linearPostConnection',
  'mailchimpPostConnection',
  'microsoftTeamsPostConnection',
  'oneDrivePostConnection',
  'salesforcePostConnection',
  'sentryOauthPostConnection',
  'sharepointOnlinePostConnection',
  'snowflakePostConnection',
  'xeroPostConnection',
  'zohoPostConnection',
];

/** What runs before a connection is deleted (spec/auth.md §8.5). */
const PRE_CONNECTION_DELETION = [
  'hubspotPreConnectionDeletion',
  'intercomPreConnectionDeletion',
  'linearPreConnectionDeletion',
  'oneloginPreConnectionDeletion',
];

/** What proves credentials right where one request cannot (spec/auth.md §2.4). */
const CREDENTIALS_VERIFICATION: string[] = [];

/** Names of built-in handlers by the field of an entry that names them. */
export const SCRIPT_NAMES = {
  post_connection_script: new Set(POST_CONNECTION),
  pre_connection_deletion_script: new Set(PRE_CONNECTION_DELETION),
  credentials_verification_script: new Set(CREDENTIALS_VERIFICATION),
} as const satisfies Record<string, ReadonlySet<string>>;
