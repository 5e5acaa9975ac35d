import fc from 'fast-check';
import { createHash, createHmac, createPublicKey, generateKeyPairSync, verify } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { compileTemplate } from './parse-template.js';
import { fillTemplate, type Scope } from './template.js';

const { publicKey, privateKey } = generateKeyPairSync('ed25519');
const PEM = privateKey.export({ type: 'pkcs8', format: 'pem' }) as string;

const NAMES: Record<string, string> = {
  apiKey: 'k1',
  empty: '',
  'connectionConfig.version': '2020-01-01',
  'connectionConfig.team.id': 'T1',
  'credentials.username': 'ann',
  'credentials.password': 'p,w',
  pem: PEM,
  tricky: '$& ${apiKey} $1',
};
const scope: Scope = {
  lookup: (name) => NAMES[name],
  now: new Date('2026-11-23T09:05:07.089Z'),
  random: '11111111-2222-4333-8444-555555555555',
};
const fill = (text: string) => {
  const filled = fillTemplate(compileTemplate(text), scope);
  return filled.ok ? filled.value : { missing: filled.missing };
};
const sha256 = (text: string) => createHash('sha256').update(text);

describe('a template', () => {
  it.each([
    ['plain', 'plain'],
    ['', ''],
    ['Bearer ${apiKey}', 'Bearer k1'],
    ['${ apiKey }', 'k1'],
    ['${empty}', ''],
    ['${tricky}', '$& ${apiKey} $1'],
    ['{"a": "${apiKey}"}', '{"a": "k1"}'],
    ['$apiKey ${apiKey', '$apiKey ${apiKey'],
    ['https://${connectionConfig.team.id}.example.com/${connectionConfig.version}/', 'https://T1.example.com/2020-01-01/'],
    ['${connectionConfig.version} || 2022-11-28', '2020-01-01'],
    ['${connectionConfig.missing} || 2022-11-28', '2022-11-28'],
    ['https://${connectionConfig.missing} || https://${connectionConfig.team.id}.okta.com', 'https://T1.okta.com'],
    ['${a} || ${b} || third', 'third'],
    ['${base64(${credentials.username}:${credentials.password})}', 'YW5uOnAsdw=='],
    ['Basic ${base64(${apiKey}:)}', 'Basic azE6'],
    ['${base64(${apiKey}||x)}', Buffer.from('k1||x').toString('base64')],
    ['${sha256Hex(${apiKey})}', sha256('k1').digest('hex')],
    ['${sha256Base64(abc)}', sha256('abc').digest('base64')],
    ['${base64(${sha256Hex(${apiKey})})}', Buffer.from(sha256('k1').digest('hex')).toString('base64')],
    ['${hmacSha1Hex(a,b,c, ${apiKey})}', createHmac('sha1', 'k1').update('a,b,c').digest('hex')],
    ['${random}', scope.random],
    ['${now}', '2026-11-23T09:05:07.089Z'],
    ['${now:X}.${now:x}', '1795424707.1795424707089'],
    ['${now:YYYYMMDDTHHmmss[Z]}', '20261123T090507Z'],
    ['${now:ddd, DD MMM YYYY hh:mm:ss A ZZ}', 'Mon, 23 Nov 2026 09:05:07 AM +0000'],
    ['${now+7:days:YYYY-MM-DD}', '2026-11-30'],
    ['${now-1:hour:HH:mm}', '08:05'],
  ])('%s is filled', (text, expected) => expect(fill(text)).toBe(expected));

  it.each([
    ['${missing}', ['missing']],
    ['a ${missing} b ${apiKey} ${other}', ['missing', 'other']],
    ['${base64(${missing})}', ['missing']],
    ['${unknownFunction(x)}', ['unknownFunction(x)']],
    ['${hmacSha1Hex(no key)}', ['hmacSha1Hex(…)']],
    ['${ed25519Sign(text, no key)}', ['ed25519Sign(…)']],
    ['${fingerprint(no key)}', ['fingerprint(…)']],
    ['${a} || ${b}', ['a', 'b']],
    ['${constructor}', ['constructor']],
  ])('%s stays unresolved and says what is missing', (text, missing) => {
    NAMES['constructor'] = undefined as never;
    expect(fill(text)).toEqual({ missing });
  });

  it('signs and names keys', () => {
    const signature = fill('${ed25519Sign(hello, world,${pem})}') as string;
    expect(verify(null, Buffer.from('hello, world'), publicKey, Buffer.from(signature, 'base64'))).toBe(true);
    const der = createPublicKey(PEM).export({ type: 'spki', format: 'der' });
    expect(fill('${fingerprint(${pem})}')).toBe(`SHA256:${createHash('sha256').update(der).digest('base64')}`);
  });

  it('encodes what is filled in and nothing else', () => {
    const filled = fillTemplate(compileTemplate('https://h/?a=b&c=${credentials.password}'), scope, encodeURIComponent);
    expect(filled).toEqual({ ok: true, value: 'https://h/?a=b&c=p%2Cw' });
  });

  it('tells what it refers to and whether two fillings may differ', () => {
    expect(compileTemplate('${base64(${a}:${b.c})} || ${d}').references).toEqual(['a', 'b.c', 'd']);
    expect(['${now:X}', '${base64(${random})}', '${a} || ${now}'].map((text) => compileTemplate(text).isVolatile)).toEqual([
      true,
      true,
      true,
    ]);
    expect(compileTemplate('${apiKey}').isVolatile).toBe(false);
  });

  it('without placeholders or alternatives comes out as it went in', () => {
    const plain = fc.string().filter((text) => !text.includes('${') && !text.includes('||'));
    fc.assert(
      fc.property(plain, (text) => {
        expect(fill(text)).toBe(text);
      }),
    );
  });

  it('never reads a filled value as a template', () => {
    fc.assert(
      fc.property(fc.string(), (value) => {
        const filled = fillTemplate(compileTemplate('<${x}>'), { ...scope, lookup: () => value });
        expect(filled).toEqual({ ok: true, value: `<${value}>` });
      }),
    );
  });

  it('survives any text', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom('$', '{', '}', '|', '(', ')', ',', 'a', '.', ':') }), (text) => {
        expect(fill(text)).toBeDefined();
      }),
    );
  });
});
