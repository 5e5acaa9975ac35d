/** Methods of Node's console. */
const METHODS = (
  'assert clear count countReset debug dir dirxml error group groupCollapsed groupEnd info log profile ' +
  'profileEnd table time timeEnd timeLog timeStamp trace warn'
).split(' ');

const silent = (): undefined => undefined;
const methods: Record<PropertyKey, unknown> = Object.fromEntries(METHODS.map((name) => [name, silent]));

/** Whatever is called prints nothing (spec/functions.md §3.1); but it is no promise, should anybody wait for it. */
const quiet = new Proxy(methods, {
  get: (target, name) => (name in target ? target[name] : typeof name === 'symbol' || name === 'then' ? undefined : silent),
});

Object.defineProperty(globalThis, 'console', { value: quiet, writable: true, configurable: true });
