/** What of DER (X.690) a certificate is made of. */
const length = (size: number): Buffer => {
  if (size < 0x80) return Buffer.from([size]);
  const bytes = size < 0x100 ? [0x81, size] : [0x82, size >> 8, size & 0xff];
  return Buffer.from(bytes);
};

export const tagged = (tag: number, ...parts: readonly Buffer[]): Buffer => {
  const content = Buffer.concat(parts);
  return Buffer.concat([Buffer.from([tag]), length(content.length), content]);
};

export const sequence = (...parts: readonly Buffer[]): Buffer => tagged(0x30, ...parts);
export const integer = (bytes: Buffer): Buffer => tagged(0x02, bytes);
export const octets = (...parts: readonly Buffer[]): Buffer => tagged(0x04, ...parts);
export const bits = (bytes: Buffer): Buffer => tagged(0x03, Buffer.from([0]), bytes);
export const yes = (): Buffer => tagged(0x01, Buffer.from([0xff]));
export const utcTime = (text: string): Buffer => tagged(0x17, Buffer.from(text));

export function oid(dotted: string): Buffer {
  const [first = 0, second = 0, ...rest] = dotted.split('.').map(Number);
  return tagged(0x06, Buffer.from([first * 40 + second, ...rest.flatMap(base128)]));
}

function base128(value: number): number[] {
  const digits = [value & 0x7f];
  for (let left = value >> 7; left > 0; left >>= 7) digits.unshift((left & 0x7f) | 0x80);
  return digits;
}

/** A distinguished name of one common name. */
export const commonName = (name: string): Buffer =>
  sequence(tagged(0x31, sequence(oid('2.5.4.3'), tagged(0x0c, Buffer.from(name)))));
