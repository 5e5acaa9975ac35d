import { decodedBytes } from './decoded-bytes.js';
import { masked, maskedCut, REDACTED } from './domain/masking.js';
import type { BodyRecord } from './upstream-body.js';
import type { UpstreamResponse } from './upstream-response.js';

/** How much of a refusal's body a log shows. */
const SHOWN_BYTES = 8 * 1024;

const TEXT = /^(?:text\/|application\/(?:[\w.-]+\+)?(?:json|xml|javascript|x-www-form-urlencoded|problem))/i;
/** What a provider gives with its refusal is no secret of the connection yet. */
const SECRET_FIELD = /("[\w-]*(?:token|secret|password|api_?key|assertion)"\s*:\s*")(?:[^"\\]|\\.)*/gi;

/**
 * What an upstream said with its refusal, for a log: text alone, its beginning alone, every secret masked. The body is neither held
 * up nor read for it, so the text is whole once the body has gone its way.
 * @param secrets in every spelling, longest first
 */
export function loggedBody(response: UpstreamResponse, secrets: readonly string[]): (() => string | undefined) | undefined {
  if (!TEXT.test(String(response.headers['content-type'] ?? ''))) return undefined;
  const record = response.record(SHOWN_BYTES);
  return () => textOf(record, response.headers['content-encoding'], secrets);
}

function textOf(
  record: BodyRecord,
  contentEncoding: string | string[] | undefined,
  secrets: readonly string[],
): string | undefined {
  const bytes = decodedBytes(record.bytes(), contentEncoding);
  if (!bytes || bytes.length === 0) return undefined;
  const isCut = record.isCut || bytes.length > SHOWN_BYTES;
  const text = new TextDecoder().decode(bytes.subarray(0, SHOWN_BYTES));
  const clean = isCut ? maskedCut(text.replace(/\uFFFD+$/, ''), secrets) : masked(text, secrets);
  return clean.replaceAll(SECRET_FIELD, `$1${REDACTED}`) + (isCut ? '… (cut off)' : '');
}
