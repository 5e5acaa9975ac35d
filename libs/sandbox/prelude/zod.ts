import * as zod from 'zod-functions';

/** Evaluates zod. The bundler makes this function hold all of its code (`build-prelude.mjs`): until it is called, that is text only. */
export function makeZod(): object {
  zod.config({ jitless: true });
  return Object.freeze(Object.defineProperty({ ...zod }, '__esModule', { value: true }));
}
