import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { Secret } from './secret.js';

/** Meta data of one variable, read by the generators of `.env.example` and `docs/configuration.md`. */
export interface VariableMeta {
  readonly secret?: boolean;
}

/** Raised when the environment does not satisfy a schema; its message names each variable and what is wrong with it. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
}

/** A secret variable: read from `NAME` or from the file that `NAME_FILE` names. */
export const secretString = (description: string) =>
  z
    .string()
    .min(1)
    .transform((value) => new Secret(value))
    .describe(description)
    .meta({ secret: true });

/** A boolean variable: `true` or `false`, as the wire contract's operators write it. */
export const flag = (fallback: boolean, description: string) =>
  z
    .enum(['true', 'false'])
    .default(fallback ? 'true' : 'false')
    .transform((value) => value === 'true')
    .describe(description);

/** A whole number with a default and bounds. */
export const integer = (fallback: number, description: string, min = 0, max = Number.MAX_SAFE_INTEGER) =>
  z.coerce.number().int().min(min).max(max).default(fallback).describe(description);

/**
 * Reads the variables a schema declares from the environment, validated at start.
 * An empty string counts as unset; `NAME_FILE` gives the value of `NAME` from a mounted file.
 * @throws ConfigError naming every wrong variable
 */
export function loadConfig<Shape extends z.ZodRawShape>(
  schema: z.ZodObject<Shape>,
  env: NodeJS.ProcessEnv,
): z.output<z.ZodObject<Shape>> {
  const raw: Record<string, string> = {};
  for (const name of Object.keys(schema.shape)) {
    const value = env[name] ?? readMounted(name, env[`${name}_FILE`]);
    if (value !== undefined && value !== '') raw[name] = value;
  }
  const parsed = schema.safeParse(raw);
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`);
  throw new ConfigError(`the environment is not usable: ${problems.join('; ')}`);
}

function readMounted(name: string, file: string | undefined): string | undefined {
  if (!file) return undefined;
  try {
    return readFileSync(file, 'utf8').trim();
  } catch (error) {
    throw new ConfigError(`${name}_FILE: cannot read ${file}: ${(error as Error).message}`);
  }
}
