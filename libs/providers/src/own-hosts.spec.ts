import { describe, expect, it } from 'vitest';
import { readOwnFiles } from './catalogue-files.js';
import { buildCatalogue } from './domain/build-catalogue.js';
import { inputIssues } from './domain/input-fields.js';

/** Anybody may host these, so nobody can tell whose a host is: their developers set it in the connect session. */
const SELF_HOSTED = new Set(['confluence-data-center', 'gitea', 'jira-data-center', 'mastodon']);

/** Modes in which the integration's own secret is sent to the token URL. */
const WITH_SECRET = new Set(['OAUTH1', 'OAUTH2', 'CUSTOM']);

const REFERENCE = /\$\{connectionConfig\.([\w.-]+)\}/g;
const STRANGERS = ['evil.example', 'https://evil.example', 'x.evil.example'];

const { providers } = buildCatalogue(await readOwnFiles());
const entries = [...providers.values()].filter(({ auth_mode: mode, name }) => WITH_SECRET.has(mode) && !SELF_HOSTED.has(name));

/** Where a template leads when one of its values is this, and the others are harmless. */
function hostOf(template: string, name: string, value: string): string {
  const filled = template.replaceAll(REFERENCE, (_reference, other) => (other === name ? value : 'x'));
  return URL.parse(filled.replace(/^https?:\/\/(?=https?:\/\/)/, ''))?.hostname ?? '';
}

describe('the token URL of a provider of the catalogue', () => {
  it.each(entries.map((entry) => [entry.name, entry] as const))(
    'of %s leads to no stranger, whatever users type',
    (_name, entry) => {
      const { token_url: url, refresh_url: refresh, connection_config: fields = {} } = entry;
      const addresses = [...(typeof url === 'object' ? Object.values(url) : [url]), refresh];
      for (const template of addresses.flatMap((text) => text?.split(' || ') ?? [])) {
        for (const [, name = ''] of template.matchAll(REFERENCE)) {
          const field = { ...fields[name], automated: false, hidden: false };
          const accepted = STRANGERS.filter((stranger) => inputIssues({ [name]: field }, { [name]: stranger }, []).length === 0);
          expect(accepted.filter((stranger) => hostOf(template, name, stranger).endsWith('evil.example'))).toEqual([]);
        }
      }
    },
  );
});
