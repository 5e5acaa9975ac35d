import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startUpstream, type Upstream } from '#libs/testing';
import { outputOf, startTestRunner, type TestRunner } from './test-runner.js';

/** The `nango` object is a guarded front: methods bound, nothing to change, internals refused (spec/functions.md §2). */
let runner: TestRunner<Upstream>;

beforeAll(async () => {
  runner = await startTestRunner(await startUpstream());
});
afterAll(() => runner.close());

const output = async (exec: string) => outputOf(await runner.run(exec, { kind: 'sync' }));
const tried = (expression: string) => output(`try { return [${expression}] } catch (error) { return error.message }`);

const INTERNALS = [
  'nango',
  'persistClient',
  'constructor',
  '__proto__',
  'integrationConfig',
  'abortSignal',
  'telemetryBag',
  'lifecycle',
];

describe('an internal name', () => {
  it.each(INTERNALS)('%s is refused however it is asked for', async (name) => {
    const message = `Access to "${name}" is not allowed.`;
    expect(await tried(`nango.${name}`)).toBe(message);
    expect(await tried(`nango['${name}']`)).toBe(message);
    expect(await tried(`Reflect.get(nango, '${name}')`)).toBe(message);
    expect(await tried(`(({ ${name}: it }) => it)(nango)`)).toBe(message);
    expect(await tried(`nango.${name} = 1`)).toBe(message);
    expect(await tried(`Object.defineProperty(nango, '${name}', { value: 1 })`)).toBe(message);
  });

  it.each(INTERNALS)('%s does not show', async (name) => {
    const exec = `return ['${name}' in nango, Object.keys(nango).includes('${name}'), Object.getOwnPropertyDescriptor(nango, '${name}') === undefined]`;
    expect(await output(exec)).toEqual([false, false, true]);
  });
});

it('lets its methods be taken out of it', async () => {
  runner.world.on('GET', '/x', () => ({ body: { ok: true } }));
  expect(
    await output(
      `const { get, log, batchSave } = nango; await log('x'); await batchSave([], 'Contact'); return (await get({ endpoint: '/x' })).data`,
    ),
  ).toEqual({
    ok: true,
  });
});

it('has no prototype, and gets none', async () => {
  const exec = `const results = [Object.getPrototypeOf(nango), nango instanceof Object, Reflect.setPrototypeOf(nango, {}), nango.toString, nango.hasOwnProperty, nango.then];
    return results.map((value) => value === undefined ? 'undefined' : value)`;
  expect(await output(exec)).toEqual([null, false, false, 'undefined', 'undefined', 'undefined']);
});

it.each([
  `nango.get = 1`,
  `nango.mine = 1`,
  `delete nango.get`,
  `Object.defineProperty(nango, 'mine', { value: 1 })`,
  `Object.assign(nango, { mine: 1 })`,
])('does not change by %s', async (change) => {
  const exec = `'use strict'; const before = Object.keys(nango).length; let told = 'nothing';
    try { ${change} } catch (error) { told = error.name }
    return [told, typeof nango.get, nango.mine === undefined, Object.keys(nango).length - before]`;
  const code = `"use strict"; exports.default = { type: 'sync', exec: async (nango) => { ${exec} } }`;
  expect(outputOf(await runner.run('', { kind: 'sync', code }))).toEqual(['TypeError', 'function', true, 0]);
});

it('leads to nothing from outside of the isolate', async () => {
  const exec = `
    const foreign = []; const seen = new Set();
    const own = new Set([null, Object.prototype, Function.prototype, Array.prototype, Error.prototype, Date.prototype,
      (async () => {}).constructor.prototype, (function* () {}).constructor.prototype, (async function* () {}).constructor.prototype]);
    const look = (value, path) => {
      if (value === null || (typeof value !== 'object' && typeof value !== 'function') || seen.has(value) || path.length > 6) return;
      seen.add(value);
      const prototype = Object.getPrototypeOf(value);
      if (!own.has(prototype) && !seen.has(prototype) && !own.has(Object.getPrototypeOf(prototype))) foreign.push(path.join('.'));
      for (const key of Object.getOwnPropertyNames(value)) {
        if (key === 'caller' || key === 'arguments') continue;
        const { value: inner, get } = Object.getOwnPropertyDescriptor(value, key) ?? {};
        look(inner ?? get, [...path, key]);
      }
    };
    look(nango, ['nango']);
    look(await nango.getConnection(), ['connection']);
    await nango.get({ endpoint: '/none' }).catch((error) => look(error, ['error']));
    return foreign`;
  expect(await output(exec)).toEqual([]);
});

it('shows its bridge nowhere on the global', async () => {
  const exec = `return [typeof __fairlead, typeof globalThis.__fairlead, typeof ivm, typeof process, Object.getOwnPropertyNames(globalThis).filter((name) => /fairlead|bridge|deliver|ivm/i.test(name))]`;
  expect(await output(exec)).toEqual(['undefined', 'undefined', 'undefined', 'undefined', []]);
});
