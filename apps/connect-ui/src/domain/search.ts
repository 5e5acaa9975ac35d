import type { Integration } from '../api/wire.js';

/** Integrations whose name or key holds every word, in the order of their names; accents and case do not matter. */
export function matching(integrations: readonly Integration[], search: string): Integration[] {
  const words = plain(search).split(/\s+/).filter(Boolean);
  return integrations
    .filter((integration) => {
      const text = plain(`${integration.display_name} ${integration.unique_key} ${integration.provider}`);
      return words.every((word) => text.includes(word));
    })
    .toSorted((a, b) => a.display_name.localeCompare(b.display_name));
}

const plain = (text: string): string => text.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase();
