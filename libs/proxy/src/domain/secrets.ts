import type { ConnectionLease } from '#libs/contracts';
import { type LeaseFacts, leaseFacts } from './lease-facts.js';

/** Masking every "1" or "eu" of a log would hide more than it protects. */
const MIN_SECRET = 6;
const SECRET_SETTING = /secret|password|token|api_?key|credentials/i;
const PLAIN_FIELDS = new Set(['type', 'expires_at', 'expires_in', 'scope', 'token_type', 'region', 'service']);

/** Whether a field of `connection_config` is a secret: because the catalogue says so, or by its name. */
export const isSecretSetting = ({ provider }: Pick<LeaseFacts, 'provider'>, name: string): boolean =>
  provider.connection_config?.[name]?.secret === true || SECRET_SETTING.test(name);

/**
 * Every text that would give a credential away in a log (spec/auth.md §6.10): the values at any depth, as they are and as URLs,
 * JSON and base64 spell them. Longest first, so that none is masked in part.
 * @param derived what templates made of credentials, such as their hashes
 */
export function secretsOf(facts: LeaseFacts, derived: Iterable<string> = []): string[] {
  const forms = new Set<string>();
  for (const secret of plainSecrets(facts)) {
    spell(secret, forms);
    for (const core of base64Cores(secret)) spell(core, forms);
  }
  for (const value of [...derived, basicPair(facts)]) if (value.length >= MIN_SECRET) spell(value, forms);
  return [...forms].toSorted((a, b) => b.length - a.length);
}

/** As `secretsOf`, of a lease: for logs of calls that whoever holds it makes by other means. */
export const secretsOfLease = (lease: ConnectionLease): string[] => secretsOf(leaseFacts(lease));

function plainSecrets(facts: LeaseFacts): Set<string> {
  const { credentials, config, custom, clientSecret } = facts;
  const found = new Set<string>();
  collect(credentials, found);
  for (const [name, value] of Object.entries(config)) if (isSecretSetting(facts, name)) collect(value, found);
  for (const [name, value] of Object.entries(custom)) if (SECRET_SETTING.test(name)) collect(value, found);
  collect(clientSecret, found);
  return found;
}

function collect(value: unknown, into: Set<string>): void {
  if (typeof value === 'string' && value.length >= MIN_SECRET) into.add(value);
  else if (typeof value === 'object' && value !== null) {
    for (const [name, inner] of Object.entries(value)) if (!PLAIN_FIELDS.has(name)) collect(inner, into);
  }
}

const basicPair = ({ credentials: { username = '', password = '' } }: LeaseFacts): string =>
  username === '' && password === '' ? '' : Buffer.from(`${String(username)}:${String(password)}`).toString('base64');

/** Spelt the same everywhere. */
const PLAIN = /^[\w.-]*$/;
const hexOf = (character: string): string => `%${character.charCodeAt(0).toString(16).toUpperCase()}`;
const lowerHex = (text: string): string => text.replaceAll(/%[0-9A-F]{2}/g, (code) => code.toLowerCase());

function spell(text: string, into: Set<string>): void {
  into.add(text);
  if (PLAIN.test(text)) return;
  const inUrl = encodeURIComponent(text.toWellFormed());
  const inForm = inUrl.replaceAll(/[!'()~]/g, hexOf).replaceAll('%20', '+');
  into.add(JSON.stringify(text).slice(1, -1));
  for (const encoded of [inUrl, inForm]) into.add(encoded).add(lowerHex(encoded));
}

/**
 * What base64 makes of a secret wherever it stands in a longer text, such as `user:secret`: one spelling for each of the three
 * places a byte can take in a group of three.
 */
function base64Cores(secret: string): string[] {
  const bytes = Buffer.from(`\0\0${secret}`);
  return [0, 1, 2].flatMap((before) => {
    const encoded = bytes.toString('base64', 2 - before);
    const bits = (bytes.length - 2 + before) * 8;
    const core = encoded.slice(Math.ceil((before * 8) / 6), Math.floor(bits / 6));
    return core.includes('+') || core.includes('/') ? [core, core.replaceAll('+', '-').replaceAll('/', '_')] : [core];
  });
}
