import { type Provider, templateOf } from '#libs/providers';
import type { Answer } from '#libs/token-http';

/**
 * Some vendors show id and secret of a key as one text, `id:secret`, as Ghost does. Where the catalogue names the two parts of a
 * credential, the text is taken apart (spec/auth.md §2.12).
 */
export function withKeyPairs({ token }: Pick<Provider, 'token'>, inputs: Answer): Answer {
  const [, name] = /^credentials\.([^.]+)\.secret$/.exec(templateOf(token?.signing_key ?? '').references[0] ?? '') ?? [];
  const text = name === undefined ? undefined : inputs[name];
  if (name === undefined || typeof text !== 'string') return inputs;
  const [id = '', secret = ''] = text.split(':');
  return { ...inputs, [name]: { id, secret } };
}
