/**
 * No code is made from text: what runs is what was deployed. V8's switch for it is not kept by a startup snapshot, so the ways to it are
 * closed here; `Function` stays what functions are instances of.
 */
function refuse(): never {
  throw new EvalError('Code generation from strings disallowed for this context');
}

const KINDS = [function () {}, async function () {}, function* () {}, async function* () {}];

for (const kind of KINDS) {
  const prototype = Object.getPrototypeOf(kind) as { constructor: { readonly name: string } };
  const { name } = prototype.constructor;
  const Closed = function () {
    refuse();
  };
  Object.defineProperty(Closed, 'name', { value: name, configurable: true });
  Object.defineProperty(Closed, 'prototype', { value: prototype, writable: false });
  const isWritable = name === 'Function';
  Object.defineProperty(prototype, 'constructor', { value: Closed, writable: isWritable, configurable: true, enumerable: false });
  if (isWritable) Object.defineProperty(globalThis, 'Function', { value: Closed, writable: true, configurable: true });
}

Object.defineProperty(globalThis, 'eval', {
  value: Object.defineProperty(() => refuse(), 'name', { value: 'eval' }),
  writable: true,
  configurable: true,
});
