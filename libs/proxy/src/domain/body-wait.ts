import { capturedBy, type RetryRules } from '#libs/providers';
import { valueAt } from './lease-facts.js';
import { afterMs, atMs } from './retry-decision.js';

/** How long the body of a refusal asks to wait, by the provider's rule (spec/auth.md §1.8 `in_body`), in milliseconds. */
export function bodyWait(text: string, rule: NonNullable<RetryRules['in_body']>, now: Date): number | undefined {
  const value = valueAt(jsonOf(text), rule.path);
  if (typeof value !== 'string' && typeof value !== 'number') return undefined;
  // The catalogue's format writes the expression between slashes, which are no part of it.
  const [, source = rule.value] = /^\/(.*)\/$/s.exec(rule.value) ?? [];
  const found = capturedBy(source, String(value));
  return rule.strategy === 'at' ? atMs(found, now.getTime()) : afterMs(found, now.getTime());
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // a refusal in another format names no wait
  }
}
