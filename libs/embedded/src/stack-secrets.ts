import { generateKeyPairSync, randomBytes, randomUUID } from 'node:crypto';
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { z } from 'zod';
import { ConfigError } from '#libs/kernel';

const text = z.string().min(1);

/** What a stack that runs alone needs to keep to itself. Those in capitals are the variables services read. */
const schema = z.object({
  postgresPassword: text,
  redisPassword: text,
  NANGO_ENCRYPTION_KEY: text,
  NANGO_SECRET_KEY_DEV: z.uuid({ version: 'v4' }),
  NANGO_SECRET_KEY_PROD: z.uuid({ version: 'v4' }),
  FAIRLEAD_EXECUTION_PRIVATE_KEY: text,
  FAIRLEAD_EXECUTION_PUBLIC_KEY: text,
  FAIRLEAD_OPERATOR_USERNAME: text,
  FAIRLEAD_OPERATOR_PASSWORD: text,
  FAIRLEAD_OBJECT_URL_KEY: text,
});
export type StackSecrets = z.output<typeof schema>;

const token = () => randomBytes(24).toString('base64url');

/** New secrets, of the forms their readers ask for. */
export function newStackSecrets(): StackSecrets {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  return {
    postgresPassword: token(),
    redisPassword: token(),
    NANGO_ENCRYPTION_KEY: randomBytes(32).toString('base64'),
    NANGO_SECRET_KEY_DEV: randomUUID(),
    NANGO_SECRET_KEY_PROD: randomUUID(),
    FAIRLEAD_EXECUTION_PRIVATE_KEY: privateKey.export({ format: 'der', type: 'pkcs8' }).toString('base64'),
    FAIRLEAD_EXECUTION_PUBLIC_KEY: publicKey.export({ format: 'der', type: 'spki' }).toString('base64'),
    FAIRLEAD_OPERATOR_USERNAME: 'operator',
    FAIRLEAD_OPERATOR_PASSWORD: token(),
    FAIRLEAD_OBJECT_URL_KEY: token(),
  };
}

/**
 * The secrets of a stack, made on its first start and readable by their owner alone.
 * @param file where they are kept; @param belongsTo what is useless without them: it must not exist when they do not
 * @throws ConfigError when the file cannot be read as what it was written, or is gone
 */
export function stackSecrets(file: string, belongsTo: string): StackSecrets {
  if (existsSync(file)) return read(file);
  if (existsSync(belongsTo)) {
    throw new ConfigError(
      `${file} is missing, and ${belongsTo} cannot be opened without it: restore the file, or remove both to start anew`,
    );
  }
  const secrets = newStackSecrets();
  writeFileSync(`${file}.new`, `${JSON.stringify(secrets, undefined, 2)}\n`, { mode: 0o600 });
  renameSync(`${file}.new`, file);
  return secrets;
}

function read(file: string): StackSecrets {
  const parsed = schema.safeParse(parseJson(readFileSync(file, 'utf8')));
  if (parsed.success) return parsed.data;
  throw new ConfigError(`${file} is damaged: restore it from a backup, or remove the folder it is in to start anew`);
}

function parseJson(content: string): unknown {
  try {
    return JSON.parse(content);
  } catch {
    return undefined;
  }
}
