import { createHash, createHmac, createSecretKey, hkdfSync, type KeyObject, timingSafeEqual } from 'node:crypto';

/** Layout of a digest under a key: data key id (4 bytes, big endian) · HMAC-SHA256. One made without a key is SHA-256 alone. */
const ID_BYTES = 4;
const HASH_BYTES = 32;

/** A key for one purpose, so that a digest is of no use where another is asked for. */
export const digestKeyOf = (dataKey: Buffer, purpose: string): KeyObject =>
  createSecretKey(Buffer.from(hkdfSync('sha256', dataKey, '', `fairlead digest v1 ${purpose}`, HASH_BYTES)));

export function keyedDigest(keyId: number, key: KeyObject, text: string): Buffer {
  const digest = Buffer.allocUnsafe(ID_BYTES);
  digest.writeUInt32BE(keyId);
  return Buffer.concat([digest, createHmac('sha256', key).update(text).digest()]);
}

export const plainDigest = (text: string): Buffer => createHash('sha256').update(text).digest();

/** Which data key a digest was made with; undefined for one made without. */
export const digestKeyIdOf = (digest: Buffer): number | undefined =>
  digest.length === ID_BYTES + HASH_BYTES ? digest.readUInt32BE() : undefined;

export const isSameDigest = (one: Buffer, other: Buffer): boolean => one.length === other.length && timingSafeEqual(one, other);
