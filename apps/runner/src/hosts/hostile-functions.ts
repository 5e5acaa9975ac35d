import type { StopReason } from '#libs/sandbox';

/** What a hostile function is to end as: an output, a thrown error, or a reason it is stopped for (any of several). */
type Ending =
  | { readonly returns: unknown }
  | { readonly throws: { readonly kind?: string; readonly name?: string; readonly message?: RegExp } }
  | { readonly stops: readonly StopReason[] };
export interface Hostile {
  readonly what: string;
  readonly exec: string;
  readonly ends: Ending;
  readonly body?: string;
}

const returns = (what: string, exec: string, value: unknown, body?: string): Hostile => ({
  what,
  exec,
  ends: { returns: value },
  ...(body ? { body } : {}),
});
const throws = (what: string, exec: string, thrown: { kind?: string; name?: string; message?: RegExp } = {}): Hostile => ({
  what,
  exec,
  ends: { throws: thrown },
});
const stops = (what: string, exec: string, ...reasons: StopReason[]): Hostile => ({ what, exec, ends: { stops: reasons } });

const OUT = `const out = (value) => { try { return value.constructor.constructor('return typeof process + typeof require + typeof globalThis.__fairlead')() } catch (e) { return e instanceof EvalError ? 'no code' : 'refused' } };`;
/** The constructor that is found makes no code. */
const NOWHERE = 'no code';
const CALL = `await nango.get({ endpoint: '/' })`;

/** Ways out: through every kind of value that the bridge gives, and every name that Node would know. */
const ESCAPES: Hostile[] = [
  returns('the constructor of this', `${OUT} return out(this ?? globalThis)`, NOWHERE),
  returns('the constructor of nango', `${OUT} return out(nango)`, 'refused'),
  returns('a method of nango', `${OUT} return out(nango.get)`, NOWHERE),
  returns(
    'a promise of a call',
    `${OUT} const p = nango.get({ endpoint: '/' }); const found = out(p); await p; return found`,
    NOWHERE,
  ),
  returns('a response', `${OUT} return out(${CALL})`, NOWHERE),
  returns('the body of a response', `${OUT} return out((${CALL}).data)`, NOWHERE),
  returns('the headers of a response', `${OUT} return out((${CALL}).headers)`, NOWHERE),
  returns(
    'an error of the host',
    `${OUT} try { await nango.tryAcquireLock({ key: 'a', ttlMs: 1 }) } catch (e) { return out(e) }`,
    NOWHERE,
  ),
  returns(
    'an HTTP error',
    `${OUT} try { await nango.post({ endpoint: '/' }) } catch (e) { return [out(e), out(e.response ?? {}), out(e.toJSON ?? e)] }`,
    [NOWHERE, NOWHERE, NOWHERE],
  ),
  returns(
    'an error of a synchronous call',
    `${OUT} try { require('crypto').createHash('nonsense').digest() } catch (e) { return out(e) }`,
    NOWHERE,
  ),
  returns('an ActionError', `${OUT} return out(new nango.ActionError({}))`, NOWHERE),
  throws(
    'the generator of paginate',
    `return nango.paginate({ endpoint: '/' }).constructor.constructor('yield typeof process')()`,
    {
      name: 'EvalError',
    },
  ),
  returns('the input', `${OUT} return out(input)`, NOWHERE),
  returns('require', `${OUT} return out(require)`, NOWHERE),
  returns('a module', `${OUT} return [out(require('zod').z), out(require('crypto').createHash), out(require('url').URL)]`, [
    NOWHERE,
    NOWHERE,
    NOWHERE,
  ]),
  returns(
    'Buffer, URL and timers',
    `${OUT} return [Buffer, URL, setTimeout, console.log, Headers].map(out)`,
    Array.from({ length: 5 }, () => NOWHERE),
  ),
  throws('Reflect.construct', `return Reflect.construct(Function, ['return typeof process'])()`, { name: 'EvalError' }),
  returns(
    'async and generator constructors',
    `${OUT} return [async () => 1, function* () {}, async function* () {}].map((value) => out({ constructor: value }))`,
    [NOWHERE, NOWHERE, NOWHERE],
  ),
  throws('eval', `return eval('typeof process')`, { name: 'EvalError' }),
  throws('eval by another name', `return (0, eval)('typeof require')`, { name: 'EvalError' }),
  returns(
    'call sites of prepareStackTrace',
    `Error.prepareStackTrace = (_e, sites) => sites; const sites = new Error().stack; delete Error.prepareStackTrace; ${OUT} return (Array.isArray(sites) ? sites : []).flatMap((site) => [out(site.getThis() ?? {}), out(site.getFunction() ?? {})]).filter((found) => found !== '${NOWHERE}')`,
    [],
  ),
  returns(
    'captureStackTrace',
    `const o = {}; Error.captureStackTrace(o); return /node:|child|run\\.js/.test(String(o.stack))`,
    false,
  ),
  returns(
    'what a host stack tells',
    `try { require('crypto').createHash('nonsense').digest() } catch (e) { return /node_modules|\\/child\\//.test(String(e.stack)) }`,
    false,
  ),
  returns(
    'the callee’s caller',
    `const f = function () { return f.caller === null || typeof f.caller }; try { return String(f()).includes('object') } catch { return false }`,
    false,
  ),
  returns(
    'globals of Node',
    `return ['process', 'global', 'module', 'Bun', 'Deno', 'WebAssembly', 'SharedArrayBuffer', 'Atomics', 'fetch', 'XMLHttpRequest', 'importScripts', 'Worker', '__fairlead', '__factory', '_ivm', 'ivm'].filter((name) => name in globalThis)`,
    [],
  ),
  returns('symbols on the global', `return Object.getOwnPropertySymbols(globalThis).map(String)`, []),
  returns(
    'getters on the global',
    `let seen = 0; Object.defineProperty(globalThis, 'send', { get() { seen += 1; return 1 } }); ${CALL}; return seen`,
    0,
  ),
  throws('a dynamic import', `await import('fs')`),
  ...[
    'fs',
    'node:fs',
    'child_process',
    'node:process',
    'worker_threads',
    'vm',
    'module',
    'isolated-vm',
    './main.js',
    '../../etc/passwd',
    'FS',
    '__proto__',
    'constructor',
    'toString',
    '',
  ].map((name) => throws(`require(${JSON.stringify(name)})`, `require(${JSON.stringify(name)})`, { message: /is not allowed/ })),
  throws('process.binding', `process.binding('fs')`, { name: 'ReferenceError' }),
  throws('a name that is an object', `require({ toString: () => 'fs' })`, { message: /is not allowed/ }),
];

/** Changing what the prelude stands on: only the function itself may suffer. */
const POLLUTION: Hostile[] = [
  returns('Object.prototype', `Object.prototype.status = 7; Object.prototype.ok = 'x'; return (${CALL}).status`, 200),
  returns('the prototype of a response', `Object.getPrototypeOf(${CALL}).polluted = 1; return ({}).polluted`, 1),
  returns('__proto__ in what the host says', `${CALL}; return ({}).b ?? null`, null),
  returns(
    'Array.prototype',
    `Array.prototype.push = Array.prototype.map = () => { throw new Error('no') }; return (${CALL}).status`,
    200,
  ),
  returns('JSON', `const { parse } = JSON; JSON.parse = (text) => parse(text); ${CALL}; return 'went on'`, 'went on'),
  throws('JSON.stringify that gives objects', `JSON.stringify = () => ({}); ${CALL}`),
  returns('String.prototype', `String.prototype.startsWith = () => true; return (${CALL}).status`, 200),
  returns(
    'Promise.prototype.then',
    `const { then } = Promise.prototype; let seen = 0; Promise.prototype.then = function (...a) { seen += 1; return then.apply(this, a) }; ${CALL}; return typeof seen`,
    'number',
  ),
  stops('Object.prototype.then', `Object.prototype.then = function () {}; return {}`, 'stalled'),
  returns(
    'Symbol.species',
    `class P extends Promise { static get [Symbol.species]() { return Array } } try { new P(() => 1).then(() => 1) } catch (e) { return e.name }`,
    'TypeError',
  ),
  returns('Map.prototype', `Map.prototype.set = function () { return this }; return 'went on'`, 'went on'),
  returns('the global’s prototype', `try { Object.setPrototypeOf(globalThis, null) } catch {} return (${CALL}).status`, 200),
  returns('frozen primordials', `Object.freeze(Object.prototype); Object.freeze(Array.prototype); return (${CALL}).status`, 200),
];

/** What is returned or thrown is read inside, where its getters belong. */
const ANSWERS: Hostile[] = [
  throws('a throwing getter', `return { get a() { throw new TypeError('mine') } }`, { name: 'TypeError', message: /mine/ }),
  stops('a slow getter', `return { get a() { for (;;) {} } }`, 'timeout'),
  throws('a throwing toJSON', `return { toJSON() { throw new Error('mine') } }`, { message: /mine/ }),
  stops('a slow toJSON', `return { toJSON() { for (;;) {} } }`, 'timeout'),
  stops('a proxy without end', `return new Proxy({}, { ownKeys() { for (;;) {} } })`, 'timeout'),
  throws('a proxy that throws', `return new Proxy({}, { get() { throw new RangeError('mine') } })`, { name: 'RangeError' }),
  throws('a revoked proxy', `const { proxy, revoke } = Proxy.revocable({}, {}); revoke(); return proxy`, { name: 'TypeError' }),
  throws('a cycle', `const a = {}; a.a = a; return a`, { name: 'TypeError', message: /circular/i }),
  throws('a BigInt', `return { a: 1n }`, { name: 'TypeError' }),
  stops('a thenable without end', `return { then() {} }`, 'stalled'),
  stops('a thenable of thenables', `const next = () => ({ then(done) { done(next()) } }); return next()`, 'timeout'),
  stops('an output that is too large', `return 'x'.repeat(5e6)`, 'output-too-large'),
  throws('an error that is too large', `throw new Error('x'.repeat(5e6))`, {
    name: 'Error',
    message: /^x{1,99000}\.\.\. \(truncated\)$/,
  }),
  throws(
    'an error with a hostile message',
    `throw Object.defineProperty(new Error('x'), 'message', { get() { throw new Error('again') } })`,
  ),
  throws(
    'an error with a hostile stack',
    `throw Object.defineProperty(new Error('x'), 'stack', { get() { throw new Error('again') } })`,
  ),
  stops('an error with a slow name', `throw Object.defineProperty(new Error('x'), 'name', { get() { for (;;) {} } })`, 'timeout'),
  throws('an error with a cyclic cause', `const e = new Error('x'); e.cause = e; throw e`, { message: /x/ }),
  throws('an error that is a proxy', `throw new Proxy(new Error('x'), { get() { throw new Error('again') } })`),
  throws('a thrown revoked proxy', `const { proxy, revoke } = Proxy.revocable({}, {}); revoke(); throw proxy`),
  throws('a thrown function', `throw () => 1`),
  throws('a thrown symbol', `throw Symbol('x')`),
  throws('nothing thrown', `throw undefined`),
  throws('a forged failure', `throw { kind: 'action', payload: 1 }`, { kind: 'thrown' }),
];

/** Time and memory. */
const EXHAUSTION: Hostile[] = [
  stops('a loop', 'for (;;) {}', 'timeout'),
  stops('a loop after a call', `${CALL}; for (;;) {}`, 'timeout'),
  { what: 'a loop in the body of the module', body: 'for (;;) {}', exec: 'return 1', ends: { stops: ['timeout'] } },
  stops('a regular expression', `return /^(a+)+$/.test('a'.repeat(60) + 'b')`, 'timeout'),
  stops('microtasks', 'const on = () => Promise.resolve().then(on); await on()', 'timeout'),
  stops('an async generator', 'async function* g() { for (;;) yield 1 } for await (const _ of g()) {}', 'timeout'),
  stops('a flood of promises', 'for (;;) Promise.resolve().then(() => 1)', 'timeout', 'out-of-memory', 'crashed'),
  stops('await in a loop', 'for (;;) await null', 'timeout'),
  stops('a sort', 'const a = [2, 1]; for (;;) a.sort(() => { for (let n = 0; n < 1e6; n += 1); return 0 })', 'timeout'),
  stops('a BigInt', 'let n = 3n; for (;;) n = n * n', 'timeout', 'out-of-memory', 'crashed'),
  stops(
    'JSON of everything',
    'const a = Array.from({ length: 1e4 }, () => ({ a: [1, 2] })); for (;;) JSON.stringify(a)',
    'timeout',
  ),
  stops(
    'digests without end',
    `const { createHash } = require('crypto'); const x = 'x'.repeat(1e6); for (;;) createHash('sha256').update(x).digest()`,
    'timeout',
  ),
  stops('URLs without end', `for (;;) new URL('https://e.org/' + 'x'.repeat(1e5))`, 'timeout'),
  stops('a promise that never settles', 'await new Promise(() => {})', 'stalled'),
  stops('a wait for itself', 'const p = Promise.resolve().then(() => p); return p.catch(() => new Promise(() => {}))', 'stalled'),
  stops('a timer that is too far', 'await new Promise((done) => setTimeout(done, 1e9))', 'timeout'),
  stops(
    'calls without answers',
    `for (let n = 0; n < 20_000; n += 1) void nango.getConnection(); await new Promise((done) => setTimeout(done, 1e9))`,
    'flooded',
    'timeout',
  ),
  stops(
    'timers by thousands',
    `for (let n = 0; n < 20_000; n += 1) setTimeout(() => 1, 1e6); await new Promise((done) => setTimeout(done, 1e9))`,
    'flooded',
    'timeout',
  ),
  returns('timers that outlive it', `setTimeout(() => { for (;;) {} }, 1); return 'ended'`, 'ended'),
  throws('deep recursion', 'const f = (n) => f(n + 1) + 1; return f(0)', { name: 'RangeError' }),
  throws('deep recursion through getters', 'const a = { get b() { return this.b } }; return a.b', { name: 'RangeError' }),
  throws('deep recursion through JSON', `return JSON.parse('['.repeat(1e6))`),
  throws('deep recursion through a pattern', `return new RegExp('('.repeat(1e6)).test('')`, { name: 'SyntaxError' }),
  stops(
    'deep async recursion',
    'const f = async () => { await null; return f() }; return f()',
    'timeout',
    'out-of-memory',
    'crashed',
  ),
  throws('a string of 1 GB', `return 'x'.repeat(2 ** 30)`, { name: 'RangeError' }),
  stops(
    'strings',
    `const all = []; for (let n = 0; ; n += 1) all.push(('x' + n).repeat(1e6).split('').join('y'))`,
    'out-of-memory',
    'crashed',
  ),
  stops('arrays', 'const a = []; for (;;) a.push(new Array(1000).fill(0))', 'out-of-memory', 'crashed'),
  stops('one array', 'return new Array(1e8).fill(1.5).length', 'out-of-memory', 'crashed'),
  throws('buffers', 'const all = []; for (;;) all.push(new Uint8Array(1e7).fill(1))', { name: 'RangeError' }),
  stops('a map', 'const m = new Map(); for (let n = 0; ; n += 1) m.set(n, { n })', 'out-of-memory', 'crashed'),
  stops('a set', `const s = new Set(); for (let n = 0; ; n += 1) s.add('key ' + n)`, 'out-of-memory', 'crashed'),
  stops(
    'closures',
    'let f = () => 1; for (;;) { const g = f, a = new Array(100).fill(0); f = () => [g, a] }',
    'out-of-memory',
    'crashed',
  ),
  stops(
    'an argument that is too long',
    `const data = 'x'.repeat(7e7); for (;;) await nango.post({ endpoint: '/', data })`,
    'out-of-memory',
    'crashed',
  ),
  returns('a log entry that is too long', `await nango.log('x'.repeat(5e6)); return 'cut'`, 'cut'),
  returns(
    'a log payload with a hostile getter',
    `await nango.log('x', { get a() { throw new Error('no') } }); return 'said'`,
    'said',
  ),
  throws('random bytes by the gigabyte', `require('crypto').randomBytes(2 ** 31)`),
];

/** @returns the table of the escape and exhaustion suite */
export const hostileFunctions = (): readonly Hostile[] => [...ESCAPES, ...POLLUTION, ...ANSWERS, ...EXHAUSTION];
