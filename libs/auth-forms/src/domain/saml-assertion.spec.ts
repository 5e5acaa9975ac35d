import { createPublicKey, generateKeyPairSync } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { SignedXml } from 'xml-crypto';
import { endOfSaml, samlAssertion, type SamlFacts } from './saml-assertion.js';
import { parsedXml } from './xml.js';

const NOW = new Date('2026-11-26T10:00:00.000Z');
const FACTS: SamlFacts = {
  issuer: 'fairlead.example',
  audiences: ['www.successfactors.com', 'second'],
  nameIdentifier: 'ada & "co" <x>',
  recipient: 'https://api.example.com/oauth/token',
  sessionIndex: 'session-1',
  attributes: { api_key: 'client-1' },
  lifetimeMs: 600_000,
  now: NOW,
};
const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
const key = privateKey.export({ type: 'pkcs8', format: 'pem' }) as string;
const xmlOf = (assertion: string) => Buffer.from(assertion, 'base64').toString('utf8');

function isGenuine(xml: string, by = publicKey): boolean {
  const signature = new SignedXml({ publicCert: by.export({ type: 'spki', format: 'pem' }) });
  signature.loadSignature(/<ds:Signature[\s\S]*<\/ds:Signature>/.exec(xml)![0]);
  try {
    return signature.checkSignature(xml) && signature.getSignedReferences().length === 1;
  } catch {
    return false;
  }
}

describe('a SAML assertion', () => {
  const xml = xmlOf(samlAssertion(FACTS, key));

  it('is signed: its public key knows it, another does not', () => {
    expect(isGenuine(xml)).toBe(true);
    expect(isGenuine(xml, createPublicKey(generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey))).toBe(false);
  });

  it('is refused once a word of it is another', () => {
    expect(xml).toContain('fairlead.example');
    expect(isGenuine(xml.replace('fairlead.example', 'mallory.example'))).toBe(false);
    expect(isGenuine(xml.replace('client-1', 'client-2'))).toBe(false);
  });

  it('is signed as vendors want it: RSA-SHA256, exclusive canonical form, the signature right after the issuer', () => {
    expect(xml).toContain('http://www.w3.org/2001/04/xmldsig-more#rsa-sha256');
    expect(xml).toContain('http://www.w3.org/2001/04/xmlenc#sha256');
    expect(xml).toMatch(/CanonicalizationMethod Algorithm="http:\/\/www\.w3\.org\/2001\/10\/xml-exc-c14n#"/);
    expect(xml).toMatch(/<\/saml2:Issuer><ds:Signature/);
  });

  it('says who, to whom, by what and how long, whatever characters it takes', () => {
    const { 'saml2:Assertion': said } = parsedXml(xml) as Record<string, Record<string, unknown>>;
    expect(said).toMatchObject({
      $Version: '2.0',
      $IssueInstant: '2026-11-26T10:00:00.000Z',
      'saml2:Issuer': 'fairlead.example',
      'saml2:Subject': {
        'saml2:NameID': { '#text': 'ada & "co" <x>' },
        'saml2:SubjectConfirmation': {
          $Method: 'urn:oasis:names:tc:SAML:2.0:cm:bearer',
          'saml2:SubjectConfirmationData': {
            $NotOnOrAfter: '2026-11-26T10:10:00.000Z',
            $Recipient: 'https://api.example.com/oauth/token',
          },
        },
      },
      'saml2:Conditions': {
        $NotBefore: '2026-11-26T09:55:00.000Z',
        $NotOnOrAfter: '2026-11-26T10:10:00.000Z',
        'saml2:AudienceRestriction': { 'saml2:Audience': ['www.successfactors.com', 'second'] },
      },
      'saml2:AuthnStatement': { $SessionIndex: 'session-1' },
      'saml2:AttributeStatement': { 'saml2:Attribute': { $Name: 'api_key', 'saml2:AttributeValue': 'client-1' } },
    });
  });

  it('may go without a signature, and without what nobody gave', () => {
    const plain = xmlOf(samlAssertion({ ...FACTS, attributes: {}, recipient: undefined, sessionIndex: undefined }, undefined));
    expect(plain).not.toMatch(/Signature|AttributeStatement|Recipient|SessionIndex/);
    expect(parsedXml(plain)).toBeDefined();
  });

  it('is never the same twice', () => {
    expect(samlAssertion(FACTS, undefined)).not.toBe(samlAssertion(FACTS, undefined));
  });

  it('tells when it ends; other texts do not', () => {
    expect(endOfSaml(samlAssertion(FACTS, key))).toEqual(new Date('2026-11-26T10:10:00.000Z'));
    expect([
      endOfSaml(''),
      endOfSaml('a.b.c'),
      endOfSaml(Buffer.from('<Conditions NotOnOrAfter="x"/>').toString('base64')),
    ]).toEqual([undefined, undefined, undefined]);
  });
});
