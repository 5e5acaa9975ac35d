/** What `jsonb` does not take although JSON allows it: NUL, and halves of surrogate pairs, which `JSON.stringify` escapes. */
const REFUSED = /(?<!\\)((?:\\\\)*)\\u(?:0000|d[89a-f][0-9a-f]{2})/g;

/** JSON text for a `jsonb` column; characters it refuses become the replacement character. */
export const jsonbText = (value: unknown): string => JSON.stringify(value).replace(REFUSED, '$1\uFFFD');
