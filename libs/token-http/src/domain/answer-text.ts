/** A body of key and value pairs, which some token endpoints answer with whatever content type they claim. */
const FORM = /^[\w.~%+[\]-]+=[^<>{}\s]*$/;

/**
 * Reads the body of a provider's answer, whatever it says it is: JSON, else a form, else the text itself (XML, a bare JWT).
 * Content types are not looked at, since they are often wrong. Nothing is an empty object.
 */
export function answerOf(text: string): unknown {
  const trimmed = text.replace(/^\uFEFF/, '').trim();
  if (trimmed === '') return {};
  const json = parsedJson(trimmed);
  if (json !== undefined) return json;
  return FORM.test(trimmed) ? Object.fromEntries(new URLSearchParams(trimmed)) : trimmed;
}

function parsedJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
