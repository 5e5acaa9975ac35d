import { randomUUID } from 'node:crypto';
import { XMLBuilder } from 'fast-xml-parser';
import { SignedXml } from 'xml-crypto';

/** What a SAML 2.0 bearer assertion says. */
export interface SamlFacts {
  readonly issuer: string;
  readonly audiences: readonly string[];
  readonly nameIdentifier: string;
  readonly recipient?: string | undefined;
  readonly sessionIndex?: string | undefined;
  readonly attributes: Readonly<Record<string, string>>;
  readonly lifetimeMs: number;
  readonly now: Date;
}

/** Clocks differ; an assertion from the future is refused. */
const SKEW_MS = 5 * 60_000;

const EXCLUSIVE_C14N = 'http://www.w3.org/2001/10/xml-exc-c14n#';
const ASSERTION = "//*[local-name(.)='Assertion']";

/**
 * A SAML 2.0 assertion as base64 (spec/auth.md §2.13), signed with RSA-SHA256 over its exclusive canonical form.
 * @param privateKey in PEM; without one the assertion is not signed, which some vendors take over a channel they trust
 */
export function samlAssertion(facts: SamlFacts, privateKey: string | undefined): string {
  const xml = assertionXml(facts, `_${randomUUID()}`);
  return Buffer.from(privateKey === undefined ? xml : signed(xml, privateKey)).toString('base64');
}

function signed(xml: string, privateKey: string): string {
  const signature = new SignedXml({
    privateKey,
    signatureAlgorithm: 'http://www.w3.org/2001/04/xmldsig-more#rsa-sha256',
    canonicalizationAlgorithm: EXCLUSIVE_C14N,
  });
  signature.addReference({
    xpath: ASSERTION,
    digestAlgorithm: 'http://www.w3.org/2001/04/xmlenc#sha256',
    transforms: ['http://www.w3.org/2000/09/xmldsig#enveloped-signature', EXCLUSIVE_C14N],
  });
  // The schema wants the signature right after the issuer.
  signature.computeSignature(xml, {
    prefix: 'ds',
    location: { reference: "//*[local-name(.)='Issuer']", action: 'after' },
  });
  return signature.getSignedXml();
}

function assertionXml(facts: SamlFacts, id: string): string {
  const { issuer, audiences, nameIdentifier, now } = facts;
  const [start, end] = [now.getTime() - SKEW_MS, now.getTime() + facts.lifetimeMs].map((time) => new Date(time).toISOString());
  return new XMLBuilder({ ignoreAttributes: false, attributeNamePrefix: '$', suppressEmptyNode: true }).build({
    'saml2:Assertion': {
      '$xmlns:saml2': 'urn:oasis:names:tc:SAML:2.0:assertion',
      $ID: id,
      $IssueInstant: now.toISOString(),
      $Version: '2.0',
      'saml2:Issuer': issuer,
      'saml2:Subject': {
        'saml2:NameID': { $Format: 'urn:oasis:names:tc:SAML:1.1:nameid-format:unspecified', '#text': nameIdentifier },
        'saml2:SubjectConfirmation': {
          $Method: 'urn:oasis:names:tc:SAML:2.0:cm:bearer',
          'saml2:SubjectConfirmationData': {
            $NotOnOrAfter: end,
            ...(facts.recipient === undefined ? {} : { $Recipient: facts.recipient }),
          },
        },
      },
      'saml2:Conditions': {
        $NotBefore: start,
        $NotOnOrAfter: end,
        'saml2:AudienceRestriction': { 'saml2:Audience': audiences },
      },
      ...statements(facts),
    },
  });
}

function statements({ now, sessionIndex, attributes }: SamlFacts): Record<string, unknown> {
  const named = Object.entries(attributes).map(([name, value]) => ({ $Name: name, 'saml2:AttributeValue': value }));
  return {
    'saml2:AuthnStatement': {
      $AuthnInstant: now.toISOString(),
      ...(sessionIndex === undefined ? {} : { $SessionIndex: sessionIndex }),
      'saml2:AuthnContext': {
        'saml2:AuthnContextClassRef': 'urn:oasis:names:tc:SAML:2.0:ac:classes:unspecified',
      },
    },
    ...(named.length > 0 ? { 'saml2:AttributeStatement': { 'saml2:Attribute': named } } : {}),
  };
}

/** When an assertion made here ends; undefined for what is none. */
export function endOfSaml(text: string): Date | undefined {
  const [, end] = /<[\w:]*Conditions\b[^>]*\bNotOnOrAfter="([^"]+)"/.exec(Buffer.from(text, 'base64').toString('utf8')) ?? [];
  const date = new Date(end ?? Number.NaN);
  return Number.isNaN(date.getTime()) ? undefined : date;
}
