import type { Allowance } from './allowance.types.js';

/** More limits than anybody names: the rest of a longer list is not read. */
const MOST_LIMITS = 16;

/**
 * The IETF drafts' headers (draft-ietf-httpapi-ratelimit-headers): `RateLimit: "name";r=50;t=30` with
 * `RateLimit-Policy: "name";q=100;w=60`, and the earlier `RateLimit: limit=100, remaining=50, reset=30`.
 */
export function structuredAllowances(rateLimit: string, policy: string | undefined): Allowance[] {
  const earlier = fieldsOf(rateLimit, ',');
  if (earlier.has('remaining')) {
    return [
      { remaining: earlier.get('remaining') as number, limit: earlier.get('limit'), resetsInMs: inMs(earlier.get('reset')) },
    ];
  }
  const policies = new Map(itemsOf(policy ?? ''));
  return itemsOf(rateLimit).flatMap(([name, item]) => {
    const remaining = item.get('r');
    if (remaining === undefined) return [];
    const of = policies.get(name);
    return [{ remaining, limit: of?.get('q'), resetsInMs: inMs(item.get('t')), windowMs: inMs(of?.get('w')) }];
  });
}

/** Members of a list by name, each with its numeric parameters. */
function itemsOf(list: string): [string, ReadonlyMap<string, number>][] {
  return list
    .split(',', MOST_LIMITS)
    .map((member) => [/^\s*"?([^";]*)"?/.exec(member)?.[1]?.trim() ?? '', fieldsOf(member, ';')]);
}

function fieldsOf(text: string, separator: string): ReadonlyMap<string, number> {
  const fields = new Map<string, number>();
  for (const part of text.split(separator, MOST_LIMITS)) {
    const [, name, value] = /^\s*([a-z]+)\s*=\s*"?(\d{1,15})"?\s*$/.exec(part) ?? [];
    if (name !== undefined) fields.set(name, Number(value));
  }
  return fields;
}

const inMs = (seconds: number | undefined): number | undefined => (seconds === undefined ? undefined : seconds * 1000);
