import type { Ask } from '../bridge.js';
import { ActionError } from './action-error.js';
import { cut, fitted, jsonOf } from './fitted.js';

const RANK: Readonly<Record<string, number>> = { debug: 0, verbose: 0, silly: 0, info: 1, http: 1, warn: 2, error: 3, off: 4 };

interface ZodLike {
  safeParse(input: unknown): { success: boolean; data?: unknown; error?: { issues: { message: string; path: PropertyKey[] }[] } };
}

/** Messages of a run, and what tells of input that is not valid (spec/functions.md §2.6). */
export class Log {
  /** Authors may set the level here too. */
  readonly logger: { level: string };

  constructor(
    private readonly ask: Ask,
    level: string,
  ) {
    this.logger = { level };
  }

  setLogger = (logger: { level: string }): void => {
    if (!Object.hasOwn(RANK, logger.level)) {
      throw new Error(`the log level ${logger.level} is unknown: use debug, info, warn, error or off`);
    }
    this.logger.level = logger.level;
  };

  /** `log(message, payload?, { level }?)`; a trailing object with a `level` is the option. */
  log = async (...args: unknown[]): Promise<void> => {
    const [message, ...rest] = args;
    const last = rest.at(-1);
    const level = isOption(last) ? last.level : 'info';
    if (level === 'off' || (RANK[level] ?? 1) < (RANK[this.logger.level] ?? 0)) return;
    const payload = isOption(last) ? rest.slice(0, -1) : rest;
    const meta = payload.length === 0 ? {} : { meta: fitted(metaOf(payload)) };
    await this.ask('log', { level, message: cut(textOf(message)), ...meta });
  };

  zodValidateInput = async ({ zodSchema, input }: { zodSchema: ZodLike; input: unknown }) => {
    const parsed = zodSchema.safeParse(input);
    if (parsed.success) return { success: true, data: parsed.data };
    for (const issue of parsed.error?.issues ?? []) {
      await this.log(`Invalid input: ${issue.message} at ${issue.path.map(String).join('.')}`, { level: 'error' });
    }
    throw new ActionError({ message: 'Invalid input provided' });
  };
}

const isOption = (value: unknown): value is { level: string } =>
  typeof value === 'object' && value !== null && 'level' in value && Object.hasOwn(RANK, String(value.level));

/** Several payloads, and those of a list, go by their number. */
function metaOf(payload: unknown[]): unknown {
  const [first] = payload;
  const list = payload.length > 1 ? payload : Array.isArray(first) ? (first as unknown[]) : undefined;
  return list ? Object.fromEntries(list.entries()) : first;
}

function textOf(message: unknown): string {
  if (typeof message === 'string') return message;
  if (message instanceof Error) return message.stack ?? `${message.name}: ${message.message}`;
  if (typeof message !== 'object' || message === null) return String(message);
  try {
    return jsonOf(message) ?? '[object]';
  } catch {
    return '[object]';
  }
}
