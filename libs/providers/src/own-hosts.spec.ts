import { describe, expect, it } from 'vitest';
import { readOwnFiles } from './catalogue-files.js';
import { buildCatalogue } from './domain/build-catalogue.js';
import { inputIssues } from './domain/input-fields.js';

/** Anybody may host these, so nobody can tell whose a host is: their developers set it in the connect session. */
const SELF_HOSTED = new Set(['confluence-data-center', 'gitea', 'jira-data-center', 'mastodon']);

/** Modes in which the integration's own secret is sent to the token URL. */
const WITH_SECRET = new Set(['OAUTH1', 'OAUTH2', 'CUSTOM']);

const REFERENCE = /\$\{connectionConfig\.([\w.-]+)\}/g;
const STRANGERS = ['evil.example', 'https://evil.example', 'evil.example:8443', 'x.evil.example'];

const { providers } = buildCatalogue(await readOwnFiles());

describe('the token URL of a provider of the catalogue', () => {
  const entries = [...providers.values()].filter(({ auth_mode: mode, name }) => WITH_SECRET.has(mode) && !SELF_HOSTED.has(name));

  it.each(entries.map((entry) => [entry.name, entry] as const))(
    'of %s leads to no stranger, whatever users type',
    (_name, entry) => {
      const { token_url: url, refresh_url: refresh, connection_config: fields = {} } = entry;
      const templates = [typeof url === 'object' ? Object.values(url) : url, refresh]
        .flat()
        .flatMap((text) => text?.split(' || ') ?? []);
      for (const template of templates) {
        for (const stranger of STRANGERS) {
          const given = Object.fromEntries([...template.matchAll(REFERENCE)].map(([, name]) => [name, stranger]));
          const declared = Object.fromEntries(
            Object.entries(fields).map(([name, field]) => [name, { ...field, automated: false, hidden: false }]),
          );
          if (inputIssues(declared, given, []).length > 0) continue;
          const filled = template.replaceAll(REFERENCE, stranger).replace(/^https?:\/\/(?=https?:\/\/)/, '');
          expect(URL.parse(filled)?.hostname.endsWith('evil.example') ?? false, filled).toBe(false);
        }
      }
    },
  );
});
