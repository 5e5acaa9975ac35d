import { isJsonObject, type JsonObject } from './json.js';

/** Deep merge of a partial record into a stored one: objects merge, everything else, arrays too, is replaced. */
export function merge(stored: JsonObject, partial: JsonObject): JsonObject {
  const merged = { ...stored };
  for (const [key, value] of Object.entries(partial)) {
    const before = Object.hasOwn(stored, key) ? stored[key] : undefined;
    merged[key] = isJsonObject(before) && isJsonObject(value) ? merge(before, value) : value;
  }
  return merged;
}
