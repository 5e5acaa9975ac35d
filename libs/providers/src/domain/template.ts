import { FUNCTIONS } from './template-functions.js';
import { formatTime, shiftTime } from './time-format.js';

/**
 * The catalogue's template language (spec/auth.md §1.10): text with placeholders `${name}`, `${a.b.c}`, `${fn(…)}`, `${now…}`,
 * `${random}`, and alternatives `left || right`, of which the first that can be filled counts.
 */
export interface Template {
  readonly alternatives: readonly (readonly Part[])[];
  /** Names the template refers to, in order of appearance; what a function reads of the request is among them. */
  readonly references: readonly string[];
  /** Filling it twice may give two values: it names the time or a random value. */
  readonly isVolatile: boolean;
  /** What is written wrong in it. It can be filled all the same: a wrong placeholder stays unresolved. */
  readonly problems: readonly string[];
}

export type Part =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'reference'; readonly name: string }
  | { readonly kind: 'call'; readonly name: string; readonly args: readonly Part[] }
  | { readonly kind: 'random' }
  | { readonly kind: 'now'; readonly format: string | undefined; readonly shift: readonly [number, string] | undefined };

/** What placeholders stand for. Empty text counts as a value; undefined leaves the template unresolved. */
export interface Scope {
  readonly lookup: (name: string) => string | undefined;
  /** Time and random value of one request, the same in all of its templates. */
  readonly now: Date;
  readonly random: string;
}

export type Filled = { readonly ok: true; readonly value: string } | { readonly ok: false; readonly missing: readonly string[] };

/**
 * Fills a template from a scope. A function that refuses its argument, such as a key that is none, leaves it unresolved too.
 * @param encode applied to every filled value, not to the text around it: percent-encoding in URLs
 */
export function fillTemplate(template: Template, scope: Scope, encode: Encode = identity): Filled {
  const missing: string[] = [];
  for (const parts of template.alternatives) {
    const filled = fillParts(parts, scope, encode);
    if (filled.ok) return filled;
    missing.push(...filled.missing);
  }
  return { ok: false, missing };
}

/**
 * Fills a template of a URL: values are percent-encoded, except one that the URL begins with, which names the host itself. An empty
 * value counts as missing, so that `https://${host} || …` goes on to its alternative.
 * @param encode what to do instead of percent-encoding, where an entry asks for it (`authorization_url_skip_encode`)
 */
export function fillUrl(template: Template, scope: Scope, encode: (value: string) => string = encodeURIComponent): Filled {
  const given: Scope = { ...scope, lookup: (name) => scope.lookup(name) || undefined };
  return fillTemplate(template, given, (value, before) => (before === '' ? value : encode(value)));
}

/** @param before what the text holds already */
type Encode = (value: string, before: string) => string;

const identity: Encode = (value) => value;

function fillParts(parts: readonly Part[], scope: Scope, encode: Encode): Filled {
  const missing: string[] = [];
  let value = '';
  for (const part of parts) {
    const filled = fillPart(part, scope);
    if (!filled.ok) missing.push(...filled.missing);
    else value += part.kind === 'text' ? filled.value : encode(filled.value, value);
  }
  return missing.length > 0 ? { ok: false, missing } : { ok: true, value };
}

function fillPart(part: Part, scope: Scope): Filled {
  switch (part.kind) {
    case 'text':
      return { ok: true, value: part.text };
    case 'random':
      return { ok: true, value: scope.random };
    case 'now':
      return { ok: true, value: formatTime(part.shift ? shiftTime(scope.now, ...part.shift) : scope.now, part.format) };
    case 'reference': {
      const value = scope.lookup(part.name);
      return value === undefined ? { ok: false, missing: [part.name] } : { ok: true, value };
    }
    default: {
      const args = fillParts(part.args, scope, identity);
      if (!args.ok) return args;
      const value = FUNCTIONS[part.name]?.apply(args.value, scope);
      return value === undefined ? { ok: false, missing: [`${part.name}(…)`] } : { ok: true, value };
    }
  }
}
