import { build } from 'esbuild';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startUpstream, type Upstream } from '#libs/testing';
import { failureOf, outputOf, startTestRunner, type TestRunner } from './test-runner.js';

/** Errors of functions as the CLI bundles them: their stacks lead to the author's TypeScript (spec/functions.md §1.9, §4.3). */
let runner: TestRunner<Upstream>;
let code: string;

const FILES = {
  'crm/actions/contacts.ts': `import type { Nango } from '../types.js';
import { fetchAll, Refused } from '../helpers/pages.js';

interface Input { readonly how: string }

export default {
  type: 'action',
  exec: async (nango: Nango, { how }: Input): Promise<unknown> => {
    const kind: string = how;
    return await fetchAll(nango, kind);
  },
};
`,
  'crm/types.ts': `export type Nango = any;\n`,
  'crm/helpers/pages.ts': `import type { Nango } from '../types.js';

export class Refused extends Error {
  constructor(readonly why: string) {
    super(why);
    this.name = 'Refused';
  }
}

type Step = (nango: Nango) => Promise<unknown>;

const STEPS: Record<string, Step> = {
  plain: async () => {
    await null;
    throw new Refused('plain');
  },
  sdk: async (nango) => nango.saveCheckpoint({ nested: {} }),
  http: async (nango) => (await nango.get({ endpoint: '/none' })).data,
  nested: async (nango) => {
    for await (const item of items(nango)) if (item === 2) throw new TypeError('two');
  },
  generator: async () => [...failing()],
  callback: () => new Promise((_done, fail) => setTimeout(() => fail(new Error('later')), 1)),
  logged: async (nango) => {
    await nango.log(new Refused('logged'));
    await nango.log('failed', { error: new Refused('beside') }, { level: 'error' });
    throw new nango.ActionError({ error: new Refused('inside') });
  },
  told: async () => { try { throw new Refused('own') } catch (error) { return (error as Error).stack } },
};

async function* items(nango: Nango): AsyncGenerator<number> {
  yield 1;
  await nango.getMetadata();
  yield 2;
}

function* failing(): Generator<number> {
  yield 1;
  throw new Refused('generator');
}

export async function fetchAll(nango: Nango, how: string): Promise<unknown> {
  const step = STEPS[how];
  if (!step) throw new Refused(how);
  return await step(nango);
}
`,
};
/** Line of a helper on which a text stands. */
const lineOf = (text: string): number => FILES['crm/helpers/pages.ts'].split('\n').findIndex((line) => line.includes(text)) + 1;
const HELPER = 'subject-crm.cjs › crm/helpers/pages.ts';
const ENTRY = 'subject-crm.cjs › crm/actions/contacts.ts:10:';

beforeAll(async () => {
  runner = await startTestRunner(await startUpstream());
  const folder = await mkdtemp(join(tmpdir(), 'fairlead-stacks-'));
  for (const [name, text] of Object.entries(FILES)) {
    await mkdir(dirname(join(folder, name)), { recursive: true });
    await writeFile(join(folder, name), text);
  }
  const { outputFiles } = await build({
    entryPoints: [join(folder, 'crm/actions/contacts.ts')],
    absWorkingDir: folder,
    outfile: join(folder, 'build/crm_actions_contacts.cjs'),
    bundle: true,
    format: 'cjs',
    platform: 'node',
    target: 'esnext',
    sourcemap: 'inline',
    packages: 'external',
    write: false,
  });
  code = outputFiles[0]?.text ?? '';
  await rm(folder, { recursive: true });
});
afterAll(() => runner.close());

const run = (how: string) => runner.run('', { code, input: { how } });

it.each([
  [
    'plain',
    'Refused: plain',
    `at async fetchAll (${HELPER}:${lineOf('await step(nango)')}:`,
    `at plain (${HELPER}:${lineOf("('plain')")}:`,
  ],
  ['none', 'Refused: none', `at fetchAll (${HELPER}:${lineOf('if (!step)')}:`, ENTRY],
  ['sdk', 'Error: Error saving checkpoint: ', `at async fetchAll (${HELPER}:${lineOf('await step(nango)')}:`, ENTRY],
  ['nested', 'TypeError: two', `at nested (${HELPER}:${lineOf("TypeError('two')")}:`, ENTRY],
  ['generator', 'Refused: generator', `at failing (${HELPER}:${lineOf("('generator')")}:`, ENTRY],
  ['callback', 'Error: later', `at ${HELPER}:${lineOf("Error('later')")}:`, 'at '],
])('%s', async (how, first, ...frames) => {
  const { stacktrace } = failureOf(await run(how)).payload as { stacktrace: string[] };
  expect(stacktrace[0]).toContain(first);
  for (const frame of frames)
    expect(
      stacktrace.slice(1).some((line) => line.includes(frame)),
      stacktrace.join('\n'),
    ).toBe(true);
  expect(stacktrace.slice(1).every((line) => line.includes(' › crm/'))).toBe(true);
});

it('is kept for a network error, and an upstream’s refusal has none to show', async () => {
  expect(failureOf(await run('http'))).toMatchObject({ code: 'script_http_error', upstream: { status: 404 } });
});

it('stands in what is logged, and in what an author throws on purpose', async () => {
  const from = runner.requestsTo('/logs').length;
  const { payload } = failureOf(await run('logged'));
  const at = (text: string) => `(${HELPER}:${lineOf(text)}:`;
  const stack = (text: string) => ({ error: { name: 'Refused', stack: expect.stringContaining(at(text)) } });
  expect(payload).toMatchObject(stack("('inside')"));
  const messages = runner
    .requestsTo('/logs')
    .slice(from)
    .flatMap(({ json }) => (json as { messages: { message: string; meta?: unknown; source: string }[] }).messages)
    .filter(({ source }) => source === 'user');
  expect(messages[0]?.message).toContain(at("('logged')"));
  expect(messages[1]?.meta).toMatchObject(stack("('beside')"));
  expect(JSON.stringify([payload, messages])).not.toContain('fairlead:prelude');
});

it('is that of the bundle for the function itself', async () => {
  expect(outputOf(await run('told'))).toMatch(/^Refused: own\n {4}at .*subject-crm\.cjs:\d+:\d+/);
});
