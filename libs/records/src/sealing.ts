import type { Cipher, SealedValues } from '#libs/crypto';

/** Binds a payload to its record: copied to another one, it does not open. */
export const payloadAad = (datasetId: number, externalId: string) => `records.payload:${datasetId}:${externalId}`;

export const sealPayloads = (
  cipher: Cipher,
  datasetId: number,
  payloads: readonly { readonly id: string; readonly text: string }[],
): SealedValues => cipher.sealAll(payloads.map(({ id, text }) => ({ text, aad: payloadAad(datasetId, id) })));

export const openPayload = (cipher: Cipher, datasetId: number, externalId: string, sealed: Buffer): string =>
  cipher.openText(sealed, payloadAad(datasetId, externalId));
