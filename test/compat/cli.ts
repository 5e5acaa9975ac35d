import { spawn } from 'node:child_process';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Stack } from '#libs/testing';

const PROJECT = fileURLToPath(new URL('project/', import.meta.url));
const CLI = fileURLToPath(new URL('node_modules/nango/dist/index.js', import.meta.url));

export interface CliResult {
  readonly exitCode: number | null;
  /** stdout and stderr as they came. */
  readonly output: string;
}

/** Runs the published CLI against a stack, in the example project or another one. */
export async function runCli(
  stack: Pick<Stack, 'baseUrl' | 'secretKey'>,
  args: readonly string[],
  project = PROJECT,
  env: Readonly<Record<string, string>> = {},
): Promise<CliResult> {
  await mkdir(join(project, '.nango'), { recursive: true });
  const child = spawn(process.execPath, [CLI, ...args, '--no-dependency-update'], {
    cwd: project,
    env: {
      ...process.env,
      NANGO_HOSTPORT: stack.baseUrl,
      NANGO_SECRET_KEY_DEV: stack.secretKey,
      NANGO_CLI_UPGRADE_MODE: 'ignore',
      NANGO_CLI_TELEMETRY: 'false',
      NO_COLOR: '1',
      ...env,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  const collect = (chunk: Buffer) => (output += chunk.toString('utf8'));
  child.stdout.on('data', collect);
  child.stderr.on('data', collect);
  const exitCode = await new Promise<number | null>((resolve, reject) => child.once('close', resolve).once('error', reject));
  return { exitCode, output };
}
