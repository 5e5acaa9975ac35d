const FIRST_VERSION = '1';
const TRAILING_NUMBER = /\d+$/;

/** The version after `previous`: its last number grows by one, `1` where there is none. */
export function nextVersion(previous: string | undefined): string {
  const number = previous === undefined ? undefined : TRAILING_NUMBER.exec(previous)?.[0];
  if (previous === undefined || number === undefined) return FIRST_VERSION;
  return `${previous.slice(0, -number.length)}${BigInt(number) + 1n}`;
}
