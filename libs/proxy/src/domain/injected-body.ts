import { Readable } from 'node:stream';
import { AppError } from '#libs/kernel';
import type { NestedText } from '#libs/providers';
import type { RequestBody } from './outbound-request.js';

interface InjectedBody {
  readonly body: string;
  readonly contentType: string;
}

const FORM = 'application/x-www-form-urlencoded';
const JSON_TYPE = 'application/json';

/**
 * A body with the provider's own fields in it (spec/auth.md §1.8 `body`): into a JSON object or a form. Undefined leaves bodies
 * of other kinds as they are.
 */
export function injectIntoBody(
  body: RequestBody | undefined,
  contentType: string | undefined,
  fields: NestedText,
): InjectedBody | undefined {
  const text = textOfBody(body);
  if (contentType?.startsWith(FORM)) {
    const form = new URLSearchParams(text);
    for (const [name, value] of Object.entries(fields)) if (typeof value === 'string') form.set(name, value);
    return { body: form.toString(), contentType };
  }
  const given: unknown = text === '' ? {} : parsed(text);
  if (typeof given !== 'object' || given === null || Array.isArray(given)) return undefined;
  return { body: JSON.stringify(merged(given as Record<string, unknown>, fields)), contentType: contentType ?? JSON_TYPE };
}

/** The text of a body that is here as a whole. */
export function textOfBody(body: RequestBody | undefined): string {
  if (body === undefined) return '';
  if (typeof body === 'string') return body;
  if (body instanceof Readable)
    throw new AppError('server_error', 'a body that is signed or added to must be read before it is sent');
  return body.toString('utf8');
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // not JSON: nothing can be put into it
  }
}

function merged(into: Readonly<Record<string, unknown>>, fields: NestedText): Record<string, unknown> {
  const result: Record<string, unknown> = { ...into };
  for (const [name, value] of Object.entries(fields)) {
    const inner = result[name];
    const isNested = typeof value === 'object' && typeof inner === 'object' && inner !== null;
    result[name] = isNested ? merged(inner as Record<string, unknown>, value) : value;
  }
  return result;
}
