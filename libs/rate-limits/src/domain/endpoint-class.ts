/**
 * Which of a provider's limits a request counts against, for the providers that count parts of their API apart. Everything else is
 * one class: a limit split finer than the provider splits it is learnt once per part, each time by a refusal.
 */
const CLASSES: Readonly<Record<string, (path: string) => string>> = {
  github: githubClass,
  slack: slackClass,
};

/** The class of what no rule tells apart. */
export const WHOLE_API = 'all';

/** `name=/path/prefix`, separated by commas: an integration's own classes (`custom.rateLimitClasses`). */
const OWN_CLASS = /^([a-z0-9-]{1,20})=(\/[^,]{0,100})$/;
const MOST_OWN_CLASSES = 16;

/** @param path of the request, with its query. @param own `custom.rateLimitClasses` of the integration: it replaces what is built in */
export function endpointClass(provider: string, path: string, own: string | undefined): string {
  if (own !== undefined) return ownClass(own, path);
  return CLASSES[provider.split('-')[0] as string]?.(path) ?? WHOLE_API;
}

function ownClass(rules: string, path: string): string {
  for (const rule of rules.split(',', MOST_OWN_CLASSES)) {
    const [, name, prefix] = OWN_CLASS.exec(rule.trim()) ?? [];
    if (name !== undefined && path.startsWith(prefix as string)) return name;
  }
  return WHOLE_API;
}

/** https://docs.github.com/en/rest/rate-limit: what `x-ratelimit-resource` names. */
function githubClass(path: string): string {
  if (path.startsWith('/search/code')) return 'code_search';
  if (path.startsWith('/search/')) return 'search';
  return path.startsWith('/graphql') ? 'graphql' : 'core';
}

const SLACK_SLOTS = 64;

/** https://docs.slack.dev/apis/web-api/rate-limits: each method has a limit of its own. Made-up names share the same few slots. */
function slackClass(path: string): string {
  const method = /\/([a-z]+(?:\.[a-zA-Z]+)+)(?:[/?]|$)/.exec(path)?.[1];
  return method === undefined ? WHOLE_API : `m${slotOf(method, SLACK_SLOTS)}`;
}

/** A number below `slots` that is always the same for a text (FNV-1a). */
export function slotOf(text: string, slots: number): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < text.length; at += 1) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  return (hash >>> 0) % slots;
}
