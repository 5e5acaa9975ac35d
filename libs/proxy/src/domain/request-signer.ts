import { Readable } from 'node:stream';
import { AppError } from '#libs/kernel';
import { type KeyPair, oauth1Header, signAws, tbaHeader } from '#libs/signing';
import { textOfBody } from './injected-body.js';
import type { LeaseFacts } from './lease-facts.js';
import type { RequestBody, SignableRequest, SignRequest } from './outbound-request.js';

/** How requests with certain credentials are signed. */
export interface RequestSigner {
  readonly sign: SignRequest;
  /** Headers that hold the proof. */
  readonly headerNames: readonly string[];
  /** Whether an `authorization` of the call or the provider takes the signature's place. */
  readonly yields: boolean;
  readonly needsBody: boolean;
}

/**
 * For credentials that are not sent but proved (spec/auth.md §2.6, §2.11, §2.15, §6.4); undefined for all others.
 * @throws AppError `unsupported_auth` naming what they lack
 */
export function requestSigner(facts: LeaseFacts): RequestSigner | undefined {
  switch (facts.credentials['type']) {
    case 'OAUTH1':
      return oauth1(facts);
    case 'TBA':
      return tba(facts);
    case 'AWS_SIGV4':
      return aws(facts);
    default:
      return undefined;
  }
}

const BY_HEADER = { headerNames: ['authorization'], yields: true, needsBody: false };

function oauth1(facts: LeaseFacts): RequestSigner {
  const consumer = consumerOf(facts);
  const token = tokenOf(facts, 'oauth_token', 'oauth_token_secret');
  const signatureMethod = facts.provider.signature_method ?? 'HMAC-SHA1';
  const sign: SignRequest = ({ method, origin, path, headers, body }) => {
    const form = formOf(headers, body);
    return { ...headers, authorization: oauth1Header({ method, url: origin + path, consumer, token, signatureMethod, form }) };
  };
  return { ...BY_HEADER, sign };
}

function tba(facts: LeaseFacts): RequestSigner {
  const consumer = consumerOf(facts);
  const token = tokenOf(facts, 'token_id', 'token_secret');
  const accountId = required(facts.config['accountId'], 'connection_config.accountId');
  const sign: SignRequest = ({ method, origin, path, headers, body }) => {
    const form = formOf(headers, body);
    return { ...headers, authorization: tbaHeader({ method, url: origin + path, consumer, token, accountId, form }) };
  };
  return { ...BY_HEADER, sign };
}

function aws({ credentials, config }: LeaseFacts): RequestSigner {
  const keys = {
    accessKeyId: required(credentials['access_key_id'], 'credentials.access_key_id'),
    secretAccessKey: required(credentials['secret_access_key'], 'credentials.secret_access_key'),
    sessionToken: typeof credentials['session_token'] === 'string' ? credentials['session_token'] : undefined,
  };
  const region = required(config['region'], 'credentials.region');
  const service = required(config['service'], 'credentials.service');
  return {
    sign: ({ method, origin, path, headers, body }) =>
      signAws({ method, url: origin + path, headers, body, credentials: keys, region, service }),
    headerNames: ['authorization', 'x-amz-security-token'],
    yields: false,
    needsBody: service !== 's3',
  };
}

const consumerOf = ({ clientId, clientSecret }: LeaseFacts): KeyPair => ({
  key: required(clientId, 'client id of the integration'),
  secret: required(clientSecret, 'client secret of the integration'),
});

const tokenOf = ({ credentials }: LeaseFacts, key: string, secret: string): KeyPair => ({
  key: required(credentials[key], `credentials.${key}`),
  secret: required(credentials[secret], `credentials.${secret}`),
});

function required(value: unknown, field: string): string {
  if (typeof value === 'string' && value !== '') return value;
  throw new AppError('unsupported_auth', `requests cannot be signed without ${field}: fill it in, then connect again`);
}

/** The fields of a form are signed with the request (RFC 5849 §3.4.1.3.1); other bodies are not. */
function formOf(headers: SignableRequest['headers'], body: RequestBody | undefined): URLSearchParams | undefined {
  if (!headers['content-type']?.startsWith('application/x-www-form-urlencoded')) return undefined;
  if (!(body instanceof Readable)) return new URLSearchParams(textOfBody(body));
  throw new AppError('unsupported_auth', 'OAuth 1.0a signs the fields of a form, which cannot stream: send a shorter one');
}
