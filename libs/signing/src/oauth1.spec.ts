import { createVerify, generateKeyPairSync } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { oauth1Header } from './oauth1.js';

const client = { key: 'dpf43f3p2l4k3l03', secret: 'kd94hf93k423kf44' };
/** The examples of the RFC leave the optional version out. */
const rfc = { realm: 'Photos', signatureMethod: 'HMAC-SHA1' } as const;
const noVersion = { oauth_version: undefined } as const;

const paramsOf = (header: string): Record<string, string> =>
  Object.fromEntries([...header.matchAll(/(\w+)="([^"]*)"/g)].map(([, name, value]) => [name!, decodeURIComponent(value!)]));

describe('the examples of RFC 5849 §1.2', () => {
  it('ask for temporary credentials', () => {
    const header = oauth1Header({
      ...rfc,
      method: 'POST',
      url: 'https://photos.example.net/initiate',
      consumer: client,
      nonce: 'wIjqoS',
      timestamp: 137131200,
      extraParams: { ...noVersion, oauth_callback: 'http://printer.example.com/ready' },
    });
    expect(header).toBe(
      'OAuth realm="Photos", oauth_callback="http%3A%2F%2Fprinter.example.com%2Fready", oauth_consumer_key="dpf43f3p2l4k3l03", ' +
        'oauth_nonce="wIjqoS", oauth_signature="74KNZJeDHnMBp0EMJ9ZHt%2FXKycU%3D", oauth_signature_method="HMAC-SHA1", ' +
        'oauth_timestamp="137131200"',
    );
  });

  it('exchange them for a token', () => {
    const header = oauth1Header({
      ...rfc,
      method: 'POST',
      url: 'https://photos.example.net/token',
      consumer: client,
      token: { key: 'hh5s93j4hdidpola', secret: 'hdhd0244k9j7ao03' },
      nonce: 'walatlh',
      timestamp: 137131201,
      extraParams: { ...noVersion, oauth_verifier: 'hfdp7dh39dks9884' },
    });
    expect(paramsOf(header)['oauth_signature']).toBe('gKgrFCywp7rO0OXSjdot/IHF7IU=');
  });

  it('call the API, its query signed', () => {
    const header = oauth1Header({
      ...rfc,
      method: 'get',
      url: 'http://PHOTOS.example.net:80/photos?file=vacation.jpg&size=original',
      consumer: client,
      token: { key: 'nnch734d00sl2jdk', secret: 'pfkkdhi9sl3r4s00' },
      nonce: 'chapoH',
      timestamp: 137131202,
      extraParams: noVersion,
    });
    expect(paramsOf(header)['oauth_signature']).toBe('MdpQcU8iPSUjWoN/UDMsK2sui9I=');
  });
});

describe('an OAuth 1.0a header', () => {
  it('covers query and form, each name with all of its values (RFC 5849 §3.4.1, erratum 2550)', () => {
    const header = oauth1Header({
      method: 'POST',
      url: 'http://example.com/request?b5=%3D%253D&a3=a&c%40=&a2=r%20b',
      form: new URLSearchParams('c2&a3=2+q'),
      consumer: { key: '9djdj82h48djs9d2', secret: 'j49sk3j29djd' },
      token: { key: 'kkk9d7dh3k39sjv7', secret: 'dh893hdasih9' },
      signatureMethod: 'HMAC-SHA1',
      realm: 'Example',
      nonce: '7d8f3e4a',
      timestamp: 137131201,
      extraParams: noVersion,
    });
    expect(paramsOf(header)['oauth_signature']).toBe('r6/TJjbCOr97/+UU0NsvSne7s5g=');
  });

  it('is the one of Twitter’s published example', () => {
    const header = oauth1Header({
      method: 'POST',
      url: 'https://api.twitter.com/1.1/statuses/update.json?include_entities=true',
      form: new URLSearchParams({ status: 'Hello Ladies + Gentlemen, a signed OAuth request!' }),
      consumer: { key: 'xvz1evFS4wEEPTGEFPHBog', secret: 'kAcSOqF21Fu85e7zjz7ZN2U4ZRhfV3WpwPAoE3Z7kBw' },
      token: {
        key: '370773112-GmHxMAgYyLbNEtIKZeRNFsMKPR9EyMZeS9weJAEb',
        secret: 'LswwdoUaIvS8ltyTt5jkRh4J50vUPVVHtR2YPi5kE',
      },
      signatureMethod: 'HMAC-SHA1',
      nonce: 'kYjzVBB8Y0ZFabxSWbWovY3uYSQ2pTgmZeNu2VS4cg',
      timestamp: 1318622958,
    });
    expect(header).toBe(
      'OAuth oauth_consumer_key="xvz1evFS4wEEPTGEFPHBog", oauth_nonce="kYjzVBB8Y0ZFabxSWbWovY3uYSQ2pTgmZeNu2VS4cg", ' +
        'oauth_signature="hCtSmYh%2BiHYCEqBWrE7C7hYmtUk%3D", oauth_signature_method="HMAC-SHA1", oauth_timestamp="1318622958", ' +
        'oauth_token="370773112-GmHxMAgYyLbNEtIKZeRNFsMKPR9EyMZeS9weJAEb", oauth_version="1.0"',
    );
  });

  const request = { method: 'GET', url: 'https://api.example.com/x?oauth_token=theirs&a=1', consumer: client } as const;

  it('of PLAINTEXT holds both secrets, percent-encoded', () => {
    const token = { key: 't', secret: 'ü&' };
    const params = paramsOf(oauth1Header({ ...request, token, signatureMethod: 'PLAINTEXT' }));
    expect(params).toMatchObject({ oauth_signature: 'kd94hf93k423kf44&%C3%BC%26', oauth_token: 't' });
  });

  it('keeps parameters of the query out of the header, even where their names look like its own', () => {
    const header = oauth1Header({ ...request, signatureMethod: 'HMAC-SHA256' });
    expect(Object.keys(paramsOf(header)).toSorted()).toEqual([
      'oauth_consumer_key',
      'oauth_nonce',
      'oauth_signature',
      'oauth_signature_method',
      'oauth_timestamp',
      'oauth_version',
    ]);
  });

  it('has a nonce and a time of its own', () => {
    const made = [0, 1].map(() => paramsOf(oauth1Header({ ...request, signatureMethod: 'HMAC-SHA1' })));
    expect(made[0]!['oauth_nonce']).not.toBe(made[1]!['oauth_nonce']);
    expect(Math.abs(Number(made[0]!['oauth_timestamp']) - Date.now() / 1000)).toBeLessThan(5);
  });

  it('of RSA-SHA1 is made with the private key, whose line ends may have been typed out', () => {
    const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    const pem = privateKey.export({ type: 'pkcs8', format: 'pem' }) as string;
    for (const secret of [pem, pem.replaceAll('\n', String.raw`\n`)]) {
      const header = oauth1Header({
        ...request,
        url: 'https://api.example.com/x',
        consumer: { key: 'c', secret },
        signatureMethod: 'RSA-SHA1',
        nonce: 'n',
        timestamp: 1,
      });
      const base =
        'GET&https%3A%2F%2Fapi.example.com%2Fx&oauth_consumer_key%3Dc%26oauth_nonce%3Dn' +
        '%26oauth_signature_method%3DRSA-SHA1%26oauth_timestamp%3D1%26oauth_version%3D1.0';
      const signature = Buffer.from(paramsOf(header)['oauth_signature']!, 'base64');
      expect(createVerify('RSA-SHA1').update(base).verify(publicKey, signature)).toBe(true);
    }
    expect(() => oauth1Header({ ...request, signatureMethod: 'RSA-SHA1' })).toThrow(
      expect.objectContaining({ code: 'unsupported_auth', message: expect.stringContaining('private key in PEM') as string }),
    );
  });

  it('quotes a realm', () => {
    const header = oauth1Header({ ...request, signatureMethod: 'PLAINTEXT', realm: 'a"b\\c' });
    expect(header).toMatch(/^OAuth realm="a\\"b\\\\c", oauth_/);
  });
});
