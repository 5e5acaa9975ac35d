/** Every method Node's console has; nothing is printed anywhere (spec/functions.md §3.1). */
const METHODS = (
  'assert clear count countReset debug dir dirxml error group groupCollapsed groupEnd info log ' +
  'profile profileEnd table time timeEnd timeLog timeStamp trace warn'
).split(' ');

Object.defineProperty(globalThis, 'console', {
  value: Object.fromEntries(METHODS.map((name) => [name, () => undefined])),
  writable: true,
  configurable: true,
});
