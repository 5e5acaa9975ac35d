/** Stands where a credential stood. */
export const REDACTED = '[redacted]';

/** A part of a secret this long gives enough of it away. */
const MIN_PART = 4;

/** Every occurrence of every secret. @param secrets in every spelling, longest first */
export function masked(text: string, secrets: readonly string[]): string {
  let result = text;
  for (const secret of secrets) if (result.includes(secret)) result = result.replaceAll(secret, REDACTED);
  return result;
}

/** The same for a text that was cut off: the cut may have left the beginning of a secret at its end. */
export function maskedCut(text: string, secrets: readonly string[]): string {
  const clean = masked(text, secrets);
  let hidden = 0;
  for (const secret of secrets) {
    for (let length = Math.min(secret.length - 1, clean.length); length >= MIN_PART && length > hidden; length -= 1) {
      if (clean.endsWith(secret.slice(0, length))) hidden = length;
    }
  }
  return hidden === 0 ? clean : clean.slice(0, -hidden) + REDACTED;
}
