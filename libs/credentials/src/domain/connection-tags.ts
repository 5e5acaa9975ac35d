import type { ConnectionEndUser } from '../credentials.types.js';

const MAX_TAGS = 10;
const MAX_KEY = 64;
const MAX_VALUE = 255;
const KEY = /^[a-z][a-z0-9_\-./]*$/;

type Tags = Readonly<Record<string, string>>;

/**
 * Tags of a connection (spec/api.md §0.2): those that follow from its end user, overridden key by key by those given.
 * The end user's own tags are dropped, all of them, when the total would exceed ten.
 */
export function connectionTags(endUser: ConnectionEndUser | undefined, given: Tags = {}): Record<string, string> {
  const derived = endUser ? tagsOfEndUser(endUser) : {};
  return { ...derived, ...given };
}

function tagsOfEndUser(endUser: ConnectionEndUser): Record<string, string> {
  const facts = nonEmpty({
    end_user_id: endUser.id,
    end_user_email: endUser.email,
    end_user_display_name: endUser.display_name,
    organization_id: endUser.organization?.id,
    organization_display_name: endUser.organization?.display_name,
  });
  const all = { ...ownTags(endUser.tags ?? {}), ...facts };
  return Object.keys(all).length > MAX_TAGS ? facts : all;
}

const nonEmpty = (facts: Record<string, string | undefined>): Record<string, string> =>
  Object.fromEntries(Object.entries(facts).flatMap(([key, value]) => (value ? [[key, value.slice(0, MAX_VALUE)] as const] : [])));

const ownTags = (tags: Tags): Record<string, string> =>
  nonEmpty(
    Object.fromEntries(
      Object.entries(tags)
        .map(([key, value]) => [key.toLowerCase().slice(0, MAX_KEY), value] as const)
        .filter(([key]) => KEY.test(key)),
    ),
  );
