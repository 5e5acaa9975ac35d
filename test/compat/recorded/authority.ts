import { generateKeyPairSync, type KeyObject, randomBytes, sign } from 'node:crypto';
import { createSecureContext, type SecureContext } from 'node:tls';
import { bits, commonName, integer, octets, oid, sequence, tagged, utcTime, yes } from './der.js';

interface KeyPair {
  readonly publicKey: KeyObject;
  readonly privateKey: KeyObject;
}

const NAME = 'Recorded upstream';
const ECDSA_WITH_SHA256 = sequence(oid('1.2.840.10045.4.3.2'));
const VALIDITY = sequence(utcTime('200101000000Z'), utcTime('491231235959Z'));
const IS_AUTHORITY = sequence(oid('2.5.29.19'), yes(), octets(sequence(yes())));

/** A certificate authority of one run, which vouches for every host name there is: the recorded upstream speaks for all of them. */
export class Authority {
  readonly #keys = newKeys();
  readonly #leafKeys = newKeys();
  readonly #contexts = new Map<string, SecureContext>();
  /** PEM, to be trusted. */
  readonly certificate = this.#certify(NAME, this.#keys.publicKey, IS_AUTHORITY);

  contextOf(host: string): SecureContext {
    let context = this.#contexts.get(host);
    if (!context) {
      const key = this.#leafKeys.privateKey.export({ type: 'pkcs8', format: 'pem' });
      const alternative = sequence(oid('2.5.29.17'), octets(sequence(tagged(0x82, Buffer.from(host)))));
      context = createSecureContext({ key, cert: this.#certify('host', this.#leafKeys.publicKey, alternative) });
      this.#contexts.set(host, context);
    }
    return context;
  }

  #certify(subject: string, key: KeyObject, extension: Buffer): string {
    const facts = sequence(
      tagged(0xa0, integer(Buffer.from([2]))),
      integer(Buffer.concat([Buffer.from([1]), randomBytes(8)])),
      ECDSA_WITH_SHA256,
      commonName(NAME),
      VALIDITY,
      commonName(subject),
      key.export({ type: 'spki', format: 'der' }),
      tagged(0xa3, sequence(extension)),
    );
    const certificate = sequence(facts, ECDSA_WITH_SHA256, bits(sign('sha256', facts, this.#keys.privateKey)));
    return `-----BEGIN CERTIFICATE-----\n${certificate.toString('base64')}\n-----END CERTIFICATE-----\n`;
  }
}

const newKeys = (): KeyPair => generateKeyPairSync('ec', { namedCurve: 'P-256' });
