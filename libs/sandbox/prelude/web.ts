import './code-generation.js';
import './dom-exception.js';
import './text.js';
import './timers.js';
import './events.js';
import './structured-clone.js';
import './console.js';
import { Headers } from './headers.js';
import { URL } from './url.js';
import { URLSearchParams } from './url-search-params.js';

Object.assign(globalThis, { URL, URLSearchParams, Headers });

/** What authors can see of a global goes by its own name, and is not listed among the properties of the global object. */
const GLOBALS = (
  'AbortController AbortSignal Buffer DOMException Event EventTarget Headers TextDecoder ' +
  'TextEncoder URL URLSearchParams atob btoa clearImmediate clearInterval clearTimeout performance ' +
  'queueMicrotask setImmediate setInterval setTimeout structuredClone'
).split(' ');

for (const name of GLOBALS) {
  const value = (globalThis as Record<string, unknown>)[name];
  Object.defineProperty(globalThis, name, { value, writable: true, configurable: true, enumerable: false });
  if (typeof value === 'function') Object.defineProperty(value, 'name', { value: name, configurable: true });
}
