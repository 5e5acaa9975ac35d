import { expect, it } from 'vitest';
import { IconIndex } from './icon-index.js';

const icon = (title: string, slug: string, license?: string) => ({
  title,
  slug,
  hex: '112233',
  ...(license ? { license: { type: license } } : {}),
});
const index = new IconIndex([
  icon('Zoho', 'zoho'),
  icon('Help Scout', 'helpscout'),
  icon('Mistral AI', 'mistralai'),
  icon('X', 'x'),
  icon('E', 'e'),
  icon('Kit', 'kit'),
  icon('Gmail', 'gmail'),
  icon('Google', 'google'),
  icon('Café', 'cafe', 'MIT'),
  icon('Unfree', 'unfree', 'CC-BY-NC-4.0'),
  icon('Unchanging', 'unchanging', 'CC-BY-ND-4.0'),
  icon('Copyleft', 'copyleft', 'AGPL-3.0-only'),
  icon('Alike', 'alike', 'CC-BY-SA-4.0'),
  icon('Owned', 'owned', 'custom'),
]);

it.each([
  ['zoho', 'Zoho', 'zoho'],
  ['zoho-crm', 'Zoho CRM', 'zoho'],
  ['help-scout-docs', 'Help Scout Docs', 'helpscout'],
  ['mistral', 'Mistral', 'mistralai'],
  ['twitter-v2', 'X (v2)', 'x'],
  ['something', 'Café', 'cafe'],
  ['google-mail-service-account', 'Google Mail (Service Account)', 'gmail'],
  ['google-contacts', 'Google Contacts', 'google'],
  ['e-conomic', 'e-conomic', undefined],
  ['kit-api-key', 'Kit', undefined],
  ['unknown', 'Unknown', undefined],
  ['unfree', 'Unfree', undefined],
  ['unchanging', 'Unchanging', undefined],
  ['copyleft', 'Copyleft', undefined],
  ['alike', 'Alike', undefined],
  ['owned', 'Owned', undefined],
  ['x-y', 'Y', undefined],
])('%s (%s) has the icon %s', (key, name, slug) => expect(index.find(key, name)?.slug).toBe(slug));
