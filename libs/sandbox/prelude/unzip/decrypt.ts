const TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  let value = byte;
  for (let bit = 0; bit < 8; bit += 1) value = value & 1 ? 0xedb88320 ^ (value >>> 1) : value >>> 1;
  return value;
});

const crc = (value: number, byte: number): number => (value >>> 8) ^ (TABLE[(value ^ byte) & 0xff] ?? 0);

/** Traditional PKWARE encryption (APPNOTE 6.1): the bytes after a password. */
export function decrypt(bytes: Uint8Array, password: string): Uint8Array {
  const keys = [0x12345678, 0x23456789, 0x34567890] as [number, number, number];
  const mix = (byte: number): void => {
    keys[0] = crc(keys[0], byte);
    keys[1] = (Math.imul(keys[1] + (keys[0] & 0xff), 134_775_813) + 1) | 0;
    keys[2] = crc(keys[2], keys[1] >>> 24);
  };
  for (const sign of password) mix(sign.charCodeAt(0) & 0xff);
  return bytes.map((byte) => {
    const key = (keys[2] | 2) & 0xffff;
    const plain = byte ^ ((Math.imul(key, key ^ 1) >>> 8) & 0xff);
    mix(plain);
    return plain;
  });
}
