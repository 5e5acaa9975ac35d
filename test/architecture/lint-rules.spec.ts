import { execFile } from 'node:child_process';
import { copyFile, mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it } from 'vitest';

/** Our own lint rules, seen to fire: a rule that never does protects nothing. */
const run = promisify(execFile);
const FIXTURES = new URL('fixtures/', import.meta.url).pathname;
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(process.cwd(), 'apps/server/src/lint-'));
});
afterAll(() => rm(folder, { recursive: true }));

/** Lines of a fixture at which one of our rules fires, as `rule:line`. */
async function findings(fixture: string): Promise<string[]> {
  const file = join(folder, fixture);
  await copyFile(join(FIXTURES, fixture), file);
  const { stdout } = await run('node_modules/.bin/oxlint', ['--format', 'json', file]).catch(
    (failed: { stdout: string }) => failed,
  );
  const { diagnostics } = JSON.parse(stdout) as { diagnostics: { code: string; labels: { span: { line: number } }[] }[] };
  return diagnostics
    .filter(({ code }) => code.startsWith('platform'))
    .map(({ code, labels }) => `${code}:${labels[0]?.span.line}`);
}

it.each([
  ['route-without-access.ts', ['platform(routes-declare-access):6']],
  ['type-only-injection.ts', ['platform(no-type-only-import-in-di):6']],
  ['env-outside-config.ts', ['platform(env-only-in-config):1']],
  ['http-exception.ts', ['platform(throw-app-error-only):4']],
  ['enqueue-in-transaction.ts', ['platform(no-enqueue-in-transaction):13']],
])('%s breaks a rule', async (fixture, expected) => {
  expect(await findings(fixture)).toEqual(expected);
});
