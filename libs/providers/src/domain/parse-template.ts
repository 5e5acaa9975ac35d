import type { Part, Template } from './template.js';
import { FUNCTIONS } from './template-functions.js';
import { isTimeUnit } from './time-format.js';

const NOW = /^now(?:([+-]\d+):(\w+))?(?::(.*))?$/s;
const CALL = /^([a-zA-Z]\w*)\((.*)\)$/s;
/** Names of values: paths through credentials, answers and configurations, whose keys may be header names. */
const NAME = /^[\w$@:-]+(\.[\w$@:-]+)*$/;

/** Reads a template. It never fails: what is written wrong is named in `problems` and stays unresolved when filled. */
export function compileTemplate(text: string): Template {
  const parser = new Parser();
  const alternatives = splitOutside(text, '||').map((side, _index, all) => parser.parts(all.length > 1 ? side.trim() : side));
  return { alternatives, references: parser.references, isVolatile: parser.isVolatile, problems: parser.problems };
}

class Parser {
  readonly references: string[] = [];
  readonly problems: string[] = [];
  isVolatile = false;

  parts(text: string): Part[] {
    const parts: Part[] = [];
    let at = 0;
    while (at < text.length) {
      const open = text.indexOf('${', at);
      const close = open < 0 ? -1 : closingBrace(text, open + 2);
      if (open >= 0 && close < 0) this.problems.push(`${shortened(text.slice(open))} is never closed: add }`);
      if (close < 0) break;
      if (open > at) parts.push({ kind: 'text', text: text.slice(at, open) });
      parts.push(this.#placeholder(text.slice(open + 2, close).trim()));
      at = close + 1;
    }
    if (at < text.length) parts.push({ kind: 'text', text: text.slice(at) });
    return parts;
  }

  #placeholder(inner: string): Part {
    const call = CALL.exec(inner);
    if (call && Object.hasOwn(FUNCTIONS, call[1]!)) return this.#call(call[1]!, call[2]!);
    const now = NOW.exec(inner);
    if (inner === 'random' || now) this.isVolatile = true;
    if (inner === 'random') return { kind: 'random' };
    if (now) return this.#now(now);
    if (call) this.problems.push(`there is no function ${call[1]}: use one of ${Object.keys(FUNCTIONS).join(', ')}`);
    else if (!NAME.test(inner))
      this.problems.push(`\${${shortened(inner)}} is no name of a value, such as connectionConfig.region`);
    this.references.push(inner);
    return { kind: 'reference', name: inner };
  }

  #call(name: string, text: string): Part {
    const args = this.parts(text);
    const { least, most, reads } = FUNCTIONS[name]!;
    const given = 1 + args.reduce((commas, part) => commas + (part.kind === 'text' ? part.text.split(',').length - 1 : 0), 0);
    if (given < least || given > most) {
      this.problems.push(`${name} takes ${least === most ? least : `${least} to ${most}`} arguments, not ${given}`);
    }
    this.references.push(...reads);
    return { kind: 'call', name, args };
  }

  #now([, amount, unit, format]: RegExpExecArray): Part {
    if (unit !== undefined && !isTimeUnit(unit)) this.problems.push(`there is no unit of time ${unit}: use days, hours, …`);
    return { kind: 'now', format, shift: amount === undefined ? undefined : [Number(amount), unit!] };
  }
}

const shortened = (text: string): string => (text.length > 40 ? `${text.slice(0, 40)}…` : text);

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
