import type { Provider } from '#libs/providers';
import { valueAt } from './values.js';

/** Parts of a token answer that the catalogue wants kept; their names stay as they are written, dots and all. */
export function tokenMetadata(
  { token_response_metadata: names = [] }: Pick<Provider, 'token_response_metadata'>,
  answer: unknown,
): Readonly<Record<string, unknown>> {
  return Object.fromEntries(
    names
      .map((name): [string, unknown] => [name, valueAt(answer, name)])
      .filter(([, value]) => typeof value === 'string' || typeof value === 'boolean'),
  );
}
