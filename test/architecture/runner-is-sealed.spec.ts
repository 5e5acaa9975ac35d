import { cruise, type ICruiseResult } from 'dependency-cruiser';
import extractTSConfig from 'dependency-cruiser/config-utl/extract-ts-config';
import { beforeAll, describe, expect, it } from 'vitest';

/** Everything a process started from `entry` can load, npm packages included. */
async function reachableFrom(entry: string): Promise<Set<string>> {
  const { output } = await cruise(
    [entry],
    { tsPreCompilationDeps: false, doNotFollow: { path: 'node_modules' }, exclude: { path: '^dist/' } },
    { conditionNames: ['source', 'import', 'node', 'default'], exportsFields: ['exports'] },
    { tsConfig: extractTSConfig('tsconfig.json') },
  );
  return new Set((output as ICruiseResult).modules.map((module) => module.source));
}

describe('the runner', () => {
  let reachable: Set<string>;
  beforeAll(async () => {
    reachable = await reachableFrom('apps/runner/src/main.ts');
  });

  it('is really looked at', () => {
    expect([...reachable].some((file) => file.startsWith('libs/sandbox/'))).toBe(true);
    expect([...reachable].some((file) => file.startsWith('libs/proxy/'))).toBe(true);
  });

  it.each(['typeorm', 'pg', 'ioredis', 'bullmq', '@aws-sdk/client-s3'])('cannot load %s', (driver) => {
    expect([...reachable].filter((file) => file.startsWith(`node_modules/${driver}/`))).toEqual([]);
  });

  it.each([
    'database',
    'cache',
    'queues',
    'credentials',
    'records',
    'logs',
    'crypto',
    'accounts',
    'executions',
    'storage',
    'rate-governor',
  ])('cannot load libs/%s', (lib) => {
    expect([...reachable].filter((file) => file.startsWith(`libs/${lib}/`))).toEqual([]);
  });
});
