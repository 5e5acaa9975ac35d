import type { Answer, TokenRequest } from '#libs/token-http';
import { asTexts } from './template-values.js';
import { xmlOf } from './xml.js';

export type BodyFormat = 'form' | 'json' | 'query' | 'xml';

/** Fields in the place and the writing that a provider reads (spec/auth.md §1.6). */
export function bodyOf(format: BodyFormat, fields: Answer): Pick<TokenRequest, 'form' | 'json' | 'query' | 'text' | 'headers'> {
  switch (format) {
    case 'json':
      return { json: fields };
    case 'query':
      return { query: asTexts(fields) };
    case 'xml':
      return { text: xmlOf(fields), headers: { 'content-type': 'application/xml' } };
    default:
      return { form: asTexts(fields) };
  }
}
