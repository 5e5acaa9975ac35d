import { randomBytes } from 'node:crypto';
import { expect, it } from 'vitest';
import { Cipher, type SealedValues } from '#libs/crypto';
import { GROUP, Payloads } from './payloads.js';
import { openPayload } from './sealing.js';

const DATASET = 7;
const cipher = new Cipher(new Map([[1, randomBytes(32)]]));
const batch = Array.from({ length: 3 * GROUP + 5 }, (_, n) => ({ id: `r${n}`, record: { id: `r${n}`, n } }));
const payloadsOf = (maxBytes = 1_000) => new Payloads(batch, { cipher, datasetId: DATASET, maxBytes });

function opened({ bytes, sizes }: SealedValues, from: number): unknown[] {
  let at = 0;
  return sizes.map((size, n) => JSON.parse(openPayload(cipher, DATASET, `r${from + n}`, bytes.subarray(at, (at += size)))));
}
const recordsOf = (from: number, to: number) => batch.slice(from, to).map(({ record }) => record);

it.each([0, 1, 2, 3, 4])('gives the payloads of any range, %i groups of the batch made ahead', (groups) => {
  const payloads = payloadsOf();
  for (let n = 0; n < groups; n += 1) expect(payloads.sealGroup()).toBe(true);
  expect(opened(payloads.range(0, 2 * GROUP), 0)).toEqual(recordsOf(0, 2 * GROUP));
  expect(opened(payloads.range(2 * GROUP, batch.length), 2 * GROUP)).toEqual(recordsOf(2 * GROUP, batch.length));
});

it('has nothing to make ahead when all is made', () => {
  const payloads = payloadsOf();
  for (let n = 0; n < 4; n += 1) payloads.sealGroup();
  expect(payloads.sealGroup()).toBe(false);
});

it('refuses a record that is too large when it is asked for, not ahead: it may be stored as it is', () => {
  const payloads = payloadsOf(20);
  expect([payloads.sealGroup(), payloads.sealGroup(), payloads.sealGroup()]).toEqual([true, true, false]);
  expect(opened(payloads.range(0, GROUP), 0)).toEqual(recordsOf(0, GROUP));
  expect(() => payloads.range(2 * GROUP, batch.length)).toThrow('a record may have 20');
});
