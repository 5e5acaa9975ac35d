import { AppError, messageOf } from '#libs/kernel';
import { type Provider, type Scope, templateOf } from '#libs/providers';
import { numberOf, privateKeyOf } from '#libs/token-http';
import { wrongInput } from './inputs.js';
import { endOfSaml, samlAssertion } from './saml-assertion.js';
import { signedJwt } from './signed-jwt.js';
import { asTexts, filled, filledText } from './template-values.js';
import { endOfJwt } from './token-expiry.js';

type Rules = NonNullable<Provider['assertion']>;

/** Where the catalogue does not say. */
const LIFETIME_S = 10 * 60;
/** An assertion is not used up to its last minute: the provider's clock may be ahead. */
const MARGIN_MS = 60_000;

/** A stored assertion that can still be used. */
export function usableAssertion({ type = 'saml' }: Rules, stored: unknown, now: Date): string | undefined {
  if (typeof stored !== 'string') return undefined;
  const end = type === 'jwt' ? endOfJwt(stored) : endOfSaml(stored);
  return end && end.getTime() - MARGIN_MS > now.getTime() ? stored : undefined;
}

/**
 * A new assertion about the user (spec/auth.md §1.7, §2.13).
 * @throws AppError `invalid_body` naming the input that is no key, or that it lacks
 */
export async function newAssertion(rules: Rules, scope: Scope): Promise<string> {
  const lifetimeMs = 1000 * (numberOf(filledText(String(rules.lifetimeInSeconds ?? ''), scope)) ?? LIFETIME_S);
  if (rules.type === 'jwt') {
    const { key, header, payload } = rules;
    return signedJwt({ key, header, payload: { ...standardClaims(rules), ...payload }, lifetimeMs }, scope);
  }
  const text = (template: string | undefined) => (template === undefined ? undefined : filledText(template, scope) || undefined);
  return samlAssertion(
    {
      issuer: demanded('issuer', rules.issuer, text),
      nameIdentifier: demanded('nameIdentifier', rules.nameIdentifier, text),
      audiences: [rules.audiences ?? []].flat().flatMap((audience) => text(audience) ?? []),
      recipient: text(rules.recipient),
      sessionIndex: text(rules.sessionIndex),
      attributes: asTexts(filled(rules.attributes, scope)),
      lifetimeMs,
      now: scope.now,
    },
    samlKey(rules, text(rules.key)),
  );
}

const standardClaims = ({ issuer, audiences }: Rules): Record<string, unknown> => ({
  ...(issuer !== undefined && { iss: issuer }),
  ...(audiences !== undefined && { aud: audiences }),
});

/** As PEM of PKCS #8, whatever it was pasted as. */
function samlKey({ key: template }: Rules, text: string | undefined): string | undefined {
  if (text === undefined) return undefined;
  try {
    return privateKeyOf(text).key.export({ type: 'pkcs8', format: 'pem' }) as string;
  } catch (cause) {
    throw wrongly(template, `must be a private key in PEM: ${messageOf(cause)}`);
  }
}

function demanded(
  name: string,
  template: string | undefined,
  text: (template: string | undefined) => string | undefined,
): string {
  const value = text(template);
  if (value !== undefined) return value;
  if (template === undefined) throw new AppError('provider_config_err', `the catalogue entry has no assertion.${name}`);
  throw wrongly(template, 'is required');
}

/** Named by the input that a template names, in the place where the form has it. */
function wrongly(template: string | undefined, message: string): AppError {
  const [reference = 'credentials'] = templateOf(template ?? '').references;
  return wrongInput(reference.replace(/^credentials\./, '').split('.'), message);
}
