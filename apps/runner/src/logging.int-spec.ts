import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { startUpstream, type Upstream } from '#libs/testing';
import { failureOf, outputOf, type RunOptions, startTestRunner, type TestRunner } from './test-runner.js';

/** What functions write into their log, and how they check their input (spec/functions.md §2.6). */
let runner: TestRunner<Upstream>;
let from: number;

interface Logged {
  readonly level: string;
  readonly source: string;
  readonly message: string;
  readonly meta?: unknown;
}

beforeAll(async () => {
  runner = await startTestRunner(await startUpstream());
});
afterAll(() => runner.close());
beforeEach(() => {
  from = runner.requestsTo('/logs').length;
});

/** What the author's own calls wrote. */
async function logged(exec: string, options?: RunOptions): Promise<unknown[][]> {
  outputOf(await runner.run(exec, options));
  return written('user');
}
const written = (source: string) =>
  runner
    .requestsTo('/logs')
    .slice(from)
    .flatMap(({ json }) => (json as { messages: Logged[] }).messages)
    .filter((message) => message.source === source)
    .map(({ level, message, meta }) => (meta === undefined ? [level, message] : [level, message, meta]));

describe('a message', () => {
  it.each<[string, unknown[]]>([
    [`'plain'`, ['info', 'plain']],
    [`'text', { level: 'warn' }`, ['warn', 'text']],
    [`'text', { a: 1 }`, ['info', 'text', { a: 1 }]],
    [`'text', { a: 1 }, { level: 'error' }`, ['error', 'text', { a: 1 }]],
    [`'text', 5, 'six', { level: 'debug' }`, ['debug', 'text', { 0: 5, 1: 'six' }]],
    [`'text', [7, 8]`, ['info', 'text', { 0: 7, 1: 8 }]],
    [`'text', 'more'`, ['info', 'text', 'more']],
    [`'text', { level: 'unheard' }`, ['info', 'text', { level: 'unheard' }]],
    [`'text', { level: 'http' }`, ['info', 'text']],
    [`'text', { level: 'verbose' }`, ['debug', 'text']],
    [`'text', { level: 'silly' }`, ['debug', 'text']],
    [`{ a: [1] }`, ['info', '{"a":[1]}']],
    ['42', ['info', '42']],
    ['undefined', ['info', 'undefined']],
    ['null', ['info', 'null']],
    ['[1, 2]', ['info', '[1,2]']],
    ['Symbol("s")', ['info', 'Symbol(s)']],
  ])('log(%s)', async (args, expected) => {
    expect(await logged(`return String(await nango.log(${args}))`)).toEqual([expected]);
  });

  it('shows an error, in the message and beside it', async () => {
    const [first, second] = await logged(
      `await nango.log(new TypeError('bad')); await nango.log('failed', { error: new Error('why') })`,
    );
    expect(first?.[1]).toMatch(/^TypeError: bad\n/);
    expect(second).toEqual(['info', 'failed', { error: { name: 'Error', message: 'why', stack: expect.any(String) } }]);
  });

  it.each([
    [`const a = {}; a.a = a; await nango.log('x', a)`, { unserialisable: expect.stringContaining('circular') }],
    [`await nango.log('x', { big: 1n })`, { unserialisable: expect.stringContaining('BigInt') }],
  ])('never fails for what it shows: %s', async (exec, meta) => {
    expect(await logged(exec)).toEqual([['info', 'x', meta]]);
  });

  it('loses whole properties of a payload that is too long, and keeps the others', async () => {
    const exec = `await nango.log('x', { a: 1, long: 'y'.repeat(120000), b: { c: 2 } }); await nango.log('y', { all: 'z'.repeat(90000) })`;
    expect(await logged(exec)).toEqual([
      ['info', 'x', { a: 1, b: { c: 2 } }],
      ['info', 'y', { all: 'z'.repeat(90_000) }],
    ]);
  });
});

describe('the level', () => {
  const all = `for (const level of ['debug', 'info', 'warn', 'error']) await nango.log(level, { level })`;
  const ORDER = ['debug', 'info', 'warn', 'error'];

  it.each([
    ['debug', 4],
    ['info', 3],
    ['warn', 2],
    ['error', 1],
    ['off', 0],
  ] as const)('%s of the environment lets %i of four through', async (loggerLevel, kept) => {
    const messages = await logged(all, { context: { loggerLevel } });
    expect(messages.map(([level]) => level)).toEqual(kept === 0 ? [] : ORDER.slice(-kept));
  });

  it.each([`nango.setLogger({ level: 'error' })`, `nango.logger.level = 'error'`])('is set by %s', async (change) => {
    expect(await logged(`${change}; ${all}`)).toEqual([['error', 'error']]);
    from = runner.requestsTo('/logs').length;
    expect(await logged(all)).toHaveLength(4);
  });

  it('that is unknown is refused', async () => {
    const exec = `try { nango.setLogger({ level: 'loud' }) } catch (error) { return error.message }`;
    expect(outputOf(await runner.run(exec))).toBe('the log level loud is unknown: use debug, info, warn, error or off');
  });
});

it('a log that cannot be stored fails nobody', async () => {
  const own = await startTestRunner(await startUpstream());
  own.world.on('POST', '/logs', () => ({ status: 500 }));
  expect(outputOf(await own.run(`await nango.log('x'); return 1`))).toBe(1);
  await own.close();
});

describe('zodValidateInput', () => {
  const schema = `require('zod').z.object({ name: require('zod').z.string(), age: require('zod').z.coerce.number() })`;

  it('answers what the schema made of the input', async () => {
    const exec = `return nango.zodValidateInput({ zodSchema: ${schema}, input: { name: 'Ann', age: '7', more: 1 } })`;
    expect(outputOf(await runner.run(exec))).toEqual({ success: true, data: { name: 'Ann', age: 7 } });
  });

  it('says what is wrong in the log, and fails for the caller', async () => {
    const error = failureOf(await runner.run(`await nango.zodValidateInput({ zodSchema: ${schema}, input: { age: 'x' } })`));
    expect(error).toMatchObject({ code: 'action_script_runtime_error', payload: { message: 'Invalid input provided' } });
    expect(written('user')).toEqual([
      ['error', expect.stringMatching(/^Invalid input: .* at name$/)],
      ['error', expect.stringMatching(/^Invalid input: .* at age$/)],
    ]);
  });
});

it.each([
  ['new nango.ActionError({ a: 1 })', ['', 'action_script_runtime_error', { a: 1 }, true, true]],
  ['new nango.ActionError()', ['', 'action_script_runtime_error', null, true, true]],
])('%s is an error of its own kind', async (made, expected) => {
  const exec = `const e = ${made}; return [e.message, e.type, e.payload, e instanceof Error, e instanceof nango.ActionError]`;
  expect(outputOf(await runner.run(exec))).toEqual(expected);
});
