import { expect, it } from 'vitest';
import { matching } from './search.js';

const all = ['Zoho CRM', 'Pipédrive', 'HubSpot'].map((name) => ({
  unique_key: `${name.toLowerCase().replaceAll(' ', '-')}-prod`,
  provider: name.toLowerCase(),
  display_name: name,
  logo: '',
}));
const found = (search: string) => matching(all, search).map(({ display_name: name }) => name);

it('lists everything by name when nothing is searched', () => {
  expect(found(' ')).toEqual(['HubSpot', 'Pipédrive', 'Zoho CRM']);
});

it.each([
  ['pipe', ['Pipédrive']],
  ['CRM zo', ['Zoho CRM']],
  ['hubspot-prod', ['HubSpot']],
  ['nothing', []],
])('%s', (search, expected) => {
  expect(found(search)).toEqual(expected);
});
