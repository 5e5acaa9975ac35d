import { XMLBuilder, XMLParser } from 'fast-xml-parser';
import type { Answer } from '#libs/token-http';

/** Attributes are fields whose names begin with this (spec/auth.md §2.13). */
const ATTRIBUTE = '$';
const WRITING = { ignoreAttributes: false, attributeNamePrefix: ATTRIBUTE } as const;

const DECLARATION = '<?xml version="1.0" encoding="UTF-8"?>\n';

export const xmlOf = (fields: Answer): string => DECLARATION + new XMLBuilder(WRITING).build(fields);

/**
 * A document as nested fields; undefined for what is none. Values stay text, since an id may look like a number. A document that
 * brings definitions of its own is not read: nobody needs them, and they can be made to grow without end.
 */
export function parsedXml(text: string): unknown {
  if (!/^\s*</.test(text) || /<!DOCTYPE/i.test(text)) return undefined;
  try {
    return new XMLParser({ ...WRITING, parseTagValue: false, ignoreDeclaration: true }).parse(text, true);
  } catch {
    return undefined;
  }
}

/** An answer's body: what came as XML is parsed, the rest is parsed already. */
export const answerFields = (body: unknown): unknown => (typeof body === 'string' ? (parsedXml(body) ?? body) : body);
