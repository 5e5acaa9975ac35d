import 'reflect-metadata';
import { parseArgs } from 'node:util';
import { z } from 'zod';
import { cryptoEnv } from '#libs/crypto';
import { AppError, codeOf, ConfigError, loadConfig, messageOf } from '#libs/kernel';
import { aboutRotation, type Answer, drop, generate, rotate, showStatus, verify, wrapPrimary } from './keys-commands.js';
import { keysCliConfig } from './keys-cli.config.js';
import { withKeys } from './keys-context.js';
import { ProgressLine } from './terminal.js';

/** Encryption keys as a program of its own, beside running services or without any (docs/runbooks/key-rotation.md). */
const USAGE = `usage: keys COMMAND [--json]
  status [--no-scan]   root keys, data keys, what each still seals, and the rotation
  rotate [--data]      wrap the data keys under the first key of NANGO_ENCRYPTION_KEY; --data: seal every value with a new data key
  pause | resume       the open rotation
  verify               open every value
  generate [--wrap]    a new root key; --wrap: inside an envelope of NANGO_KMS_KEY_ARN
  wrap                 the present root key inside an envelope
  drop ID              forget a data key that nothing needs`;

class UsageError extends Error {}

const OPTIONS = {
  json: { type: 'boolean', default: false },
  data: { type: 'boolean', default: false },
  scan: { type: 'boolean', default: true },
  wrap: { type: 'boolean', default: false },
} as const;
type Options = Record<keyof typeof OPTIONS, boolean>;

function parseArguments(): { values: Options; positionals: string[] } {
  try {
    return parseArgs({ allowPositionals: true, allowNegative: true, options: OPTIONS });
  } catch (error) {
    throw new UsageError(messageOf(error));
  }
}

const line = new ProgressLine(process.stderr);
const alone = () => loadConfig(z.object(cryptoEnv), process.env);
const installed = (works: boolean, command: Parameters<typeof withKeys<Answer>>[2]) =>
  withKeys(loadConfig(keysCliConfig, process.env), works, command);

const COMMANDS: Readonly<Record<string, (options: Options, argument?: string) => Promise<Answer>>> = {
  status: ({ scan }) => installed(false, (rotations) => showStatus(rotations, scan)),
  rotate: ({ data }) => installed(true, (rotations) => rotate(rotations, data ? 'data' : 'root', line)),
  pause: () => installed(false, async (rotations) => ({ ...aboutRotation(await rotations.pause()), isGood: true })),
  resume: () => installed(false, async (rotations) => aboutRotation(await rotations.resume())),
  verify: () => installed(false, (rotations) => verify(rotations, line)),
  generate: ({ wrap }) => generate(alone(), wrap),
  wrap: () => wrapPrimary(alone()),
  drop: (_options, argument) => {
    const id = Number(argument);
    if (!Number.isInteger(id) || id < 1) throw new UsageError('drop which data key? `status` lists them');
    return installed(false, (rotations) => drop(rotations, id));
  },
};

async function run(): Promise<number> {
  const { values, positionals } = parseArguments();
  const [name, argument] = positionals;
  const command = name === undefined ? undefined : COMMANDS[name];
  if (!command) throw new UsageError(name === undefined ? 'which command?' : `there is no command ${name}`);
  const { text, json, isGood } = await command(values, argument);
  process.stdout.write(`${values.json ? JSON.stringify(json) : text}\n`);
  return isGood ? 0 : 1;
}

/** Errors of reaching a database; the driver gives one of them no code. */
const isLost = (error: unknown): boolean =>
  /^(E[A-Z]+|08\d{3}|28\d{3}|3D000|57P0[1-3])$/.test(codeOf(error) ?? '') || messageOf(error).startsWith('Connection terminated');

/** What can be cured is said in one sentence. */
function complain(error: unknown): number {
  if (isLost(error)) {
    process.stderr.write(`keys: the database cannot be used (${messageOf(error) || codeOf(error)}): check NANGO_DATABASE_URL\n`);
    return 1;
  }
  const isKnown = error instanceof UsageError || error instanceof ConfigError || error instanceof AppError;
  process.stderr.write(`keys: ${isKnown || !(error instanceof Error) ? messageOf(error) : error.stack}\n`);
  if (error instanceof UsageError) process.stderr.write(`${USAGE}\n`);
  return error instanceof UsageError ? 2 : 1;
}

process.exitCode = await run().catch(complain);
