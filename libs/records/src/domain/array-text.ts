/** Arrays as the text that PostgreSQL reads and writes: the driver would go through their elements one by one. */

export const toNumberArray = (numbers: readonly number[]): string => `{${numbers.join(',')}}`;

export const fromNumberArray = (text: string): number[] => JSON.parse(`[${text.slice(1, -1)}]`) as number[];

/** What JSON escapes in other ways than an array does. */
// oxlint-disable-next-line no-control-regex -- these characters are what is looked for
const CONTROL = /[\u0000-\u001f\ud800-\udfff]/u;

/** JSON quotes strings as arrays do, but for characters that are rare; with one of those the driver gets the strings as they are. */
export function toTextArray(texts: readonly string[]): string | readonly string[] {
  return CONTROL.test(texts.join('')) ? texts : `{${JSON.stringify(texts).slice(1, -1)}}`;
}
