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
      nonce: 'wIjqoxSZ',
      timestamp: 137131200,
      extraParams: { ...noVersion, oauth_callback: 'http://printer.example.com/ready' },
    });
    expect(header).toBe(
      'OAuth realm="Photos", oauth_callback="http%3A%2F%2Fprinter.example.com%2Fready", oauth_consumer_key="dpf43f3p2l4k3l03", ' +
        'oauth_nonce="wIjqoxSZ", oauth_signature="74KNZJeDHnMBp0EMJ9ZHt%2FXKycU%3D", oauth_signature_method="HMAC-SHA1", ' +
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
