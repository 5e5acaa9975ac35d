import { formatTime, shiftTime } from './time-format.js';
import { FUNCTIONS } from './template-functions.js';

/**
 * The catalogue's template language (spec/auth.md §1.10): text with placeholders `${name}`, `${a.b.c}`, `${fn(…)}`, `${now…}`,
 * `${random}`, and alternatives `left || right`, of which the first that can be filled counts.
 */
export interface Template {
  readonly alternatives: readonly (readonly Part[])[];
  /** Names the template refers to, in order of appearance. */
  readonly references: readonly string[];
  /** Filling it twice may give two values: it names the time or a random value. */
  readonly isVolatile: boolean;
}

type Part =
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

const NOW = /^now(?:([+-]\d+):(\w+))?(?::(.*))?$/s;
const CALL = /^([a-zA-Z]\w*)\((.*)\)$/s;

export function compileTemplate(text: string): Template {
  const references: string[] = [];
  let isVolatile = false;
  const note = (part: Part): Part => {
    if (part.kind === 'reference') references.push(part.name);
    else if (part.kind === 'random' || part.kind === 'now') isVolatile = true;
    return part;
  };
  const alternatives = splitOutside(text, '||').map((side, _index, all) => partsOf(all.length > 1 ? side.trim() : side, note));
  return { alternatives, references, isVolatile };
}

/**
 * Fills a template from a scope. A function that refuses its argument, such as a key that is none, leaves it unresolved too.
 * @param encode applied to every filled value, not to the text around it: percent-encoding in URLs
 */
export function fillTemplate(template: Template, scope: Scope, encode: (value: string) => string = identity): Filled {
  const missing: string[] = [];
  for (const parts of template.alternatives) {
    const filled = fillParts(parts, scope, encode);
    if (filled.ok) return filled;
    missing.push(...filled.missing);
  }
  return { ok: false, missing };
}

const identity = (value: string): string => value;

function fillParts(parts: readonly Part[], scope: Scope, encode: (value: string) => string): Filled {
  const missing: string[] = [];
  let value = '';
  for (const part of parts) {
    const filled = fillPart(part, scope);
    if (!filled.ok) missing.push(...filled.missing);
    else value += part.kind === 'text' ? filled.value : encode(filled.value);
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
      const value = FUNCTIONS[part.name]?.(args.value, scope);
      return value === undefined ? { ok: false, missing: [`${part.name}(…)`] } : { ok: true, value };
    }
  }
}

function partsOf(text: string, note: (part: Part) => Part): Part[] {
  const parts: Part[] = [];
  let at = 0;
  while (at < text.length) {
    const open = text.indexOf('${', at);
    const close = open < 0 ? -1 : closingBrace(text, open + 2);
    if (close < 0) break;
    if (open > at) parts.push({ kind: 'text', text: text.slice(at, open) });
    parts.push(placeholder(text.slice(open + 2, close), note));
    at = close + 1;
  }
  if (at < text.length) parts.push({ kind: 'text', text: text.slice(at) });
  return parts;
}

function placeholder(inner: string, note: (part: Part) => Part): Part {
  const call = CALL.exec(inner);
  if (call && Object.hasOwn(FUNCTIONS, call[1]!)) return note({ kind: 'call', name: call[1]!, args: partsOf(call[2]!, note) });
  if (inner === 'random') return note({ kind: 'random' });
  const now = NOW.exec(inner);
  if (now) return note({ kind: 'now', format: now[3], shift: now[1] ? [Number(now[1]), now[2]!] : undefined });
  return note({ kind: 'reference', name: inner.trim() });
}

/** Index of the brace that closes a placeholder whose inside begins at `from`; -1 if it is never closed. */
function closingBrace(text: string, from: number): number {
  let depth = 1;
  for (let at = from; at < text.length; at += 1) {
    if (text.startsWith('${', at)) depth += 1;
    else if (text[at] === '}' && --depth === 0) return at;
  }
  return -1;
}

/** Cuts at a separator wherever it stands outside of placeholders. */
function splitOutside(text: string, separator: string): string[] {
  const pieces: string[] = [];
  let from = 0;
  for (let at = 0; at < text.length; at += 1) {
    if (text.startsWith('${', at)) {
      const close = closingBrace(text, at + 2);
      if (close < 0) break;
      at = close;
    } else if (text.startsWith(separator, at)) {
      pieces.push(text.slice(from, at));
      at += separator.length - 1;
      from = at + 1;
    }
  }
  return [...pieces, text.slice(from)];
}
