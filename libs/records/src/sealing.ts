import type { Cipher } from '#libs/crypto';

/** Binds a payload to its record: copied to another one, it does not open. */
export const payloadAad = (datasetId: number, externalId: string) => `records.payload:${datasetId}:${externalId}`;

export const sealPayload = (cipher: Cipher, datasetId: number, externalId: string, text: string): Buffer =>
  cipher.seal(text, payloadAad(datasetId, externalId));

export const openPayload = (cipher: Cipher, datasetId: number, externalId: string, sealed: Buffer): string =>
  cipher.openText(sealed, payloadAad(datasetId, externalId));
