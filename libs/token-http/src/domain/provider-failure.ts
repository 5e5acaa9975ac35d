import type { TokenReply } from '../token-http.types.js';
import { type Answer, fieldsOf, textOf } from './values.js';

/** Why a provider gave no token. */
export interface ProviderFailure {
  readonly status: number;
  /** The provider's own word, such as `invalid_grant`. */
  readonly code?: string | undefined;
  /** The provider's own sentence; may quote what it was sent. */
  readonly description?: string | undefined;
  /** The grant is gone: only the user can give a new one. */
  readonly permanent: boolean;
}

/**
 * Words that say a grant is gone, in lower case without punctuation: those of RFC 6749 and OpenID Connect, and dialects (GitHub, Slack,
 * HubSpot, Facebook's 190, …). `invalid_client` is none: a developer's mistake is put right without the user.
 */
const GONE = new Set([
  'invalidgrant',
  'invalidtoken',
  'invalidrefreshtoken',
  'invalidaccesstoken',
  'invalidcode',
  'badrefreshtoken',
  'refreshtokenexpired',
  'refreshtokenrevoked',
  'refreshtokeninvalid',
  'refreshtokennotfound',
  'expiredtoken',
  'expiredrefreshtoken',
  'tokenexpired',
  'tokenrevoked',
  'revokedtoken',
  'accountinactive',
  'interactionrequired',
  'consentrequired',
  'loginrequired',
  '190',
]);

/** A server that is ill, or asked too often, says nothing about the grant, whatever stands in its body. */
const ABOUT_THE_GRANT = new Set([200, 400, 401, 403]);

/**
 * What is wrong with a token endpoint's answer; null where nothing is. Some report failures with status 200: `{ ok: false, error }`
 * or an `error` where a token should be.
 */
export function failureOf({ status, body }: Pick<TokenReply, 'status' | 'body'>): ProviderFailure | null {
  const answer = fieldsOf(Array.isArray(body) ? body[0] : body);
  const isError = status < 200 || status > 299 || answer['ok'] === false || (hasError(answer) && !answer['access_token']);
  if (!isError) return null;
  const words = [...codesOf(answer)];
  const gone = words.find((word) => GONE.has(plain(word)));
  return {
    status,
    code: gone ?? words[0],
    description: descriptionOf(answer),
    permanent: gone !== undefined && ABOUT_THE_GRANT.has(status),
  };
}

const plain = (word: string): string => word.toLowerCase().replaceAll(/[^a-z0-9]/g, '');

const hasError = ({ error, errors }: Answer): boolean =>
  (error !== undefined && error !== null && error !== '' && error !== false && error !== 0) ||
  (Array.isArray(errors) && errors.length > 0);

function firstError({ errors }: Answer): Answer {
  return fieldsOf(Array.isArray(errors) ? errors[0] : undefined);
}

/** A word of a protocol, not a sentence, nor the HTTP status. */
const isWord = (text: string): boolean => /^[\w.:-]{1,64}$/.test(text);

function* codesOf(answer: Answer): Generator<string> {
  const error = fieldsOf(answer['error']);
  const first = firstError(answer);
  const candidates = [
    answer['error'],
    error['code'],
    error['type'],
    error['status'],
    answer['error_code'],
    answer['errorCode'],
    answer['code'],
    answer['status'],
    first['code'],
    first['error'],
  ];
  for (const candidate of candidates) {
    const text = textOf(candidate);
    if (text !== undefined && isWord(text) && text !== 'true' && text !== 'false') yield text;
  }
}

function descriptionOf(answer: Answer): string | undefined {
  const error = fieldsOf(answer['error']);
  const candidates = [
    answer['error_description'],
    answer['errorDescription'],
    error['message'],
    error['description'],
    answer['error_message'],
    answer['message'],
    answer['detail'],
    answer['msg'],
    firstError(answer)['message'],
    answer['error'],
  ];
  return candidates.map(sentenceOf).find((text) => text !== undefined);
}

const sentenceOf = (value: unknown): string | undefined => (typeof value === 'string' && value.trim() !== '' ? value : undefined);
