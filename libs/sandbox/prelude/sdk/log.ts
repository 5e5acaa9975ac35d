import { ask } from '../bridge.js';
import { ActionError } from './action-error.js';

type Level = 'debug' | 'info' | 'warn' | 'error' | 'off';
const RANK: Record<string, number> = { debug: 0, info: 1, http: 1, warn: 2, error: 3, off: 4, verbose: 0, silly: 0 };
const MAX_TEXT = 99_000;

export class Log {
  readonly logger: { level: Level };

  constructor(level: Level) {
    this.logger = { level };
  }

  setLogger = (logger: { level: Level }): void => {
    if (!(logger.level in RANK)) throw new Error(`the log level ${logger.level} is unknown`);
    this.logger.level = logger.level;
  };

  /** `log(message, payload?, { level }?)`; a trailing object with a `level` is the option. */
  log = async (...args: unknown[]): Promise<void> => {
    const [message, ...rest] = args;
    const last = rest.at(-1);
    const level = isOption(last) ? last.level : 'info';
    if ((RANK[level] ?? 1) < (RANK[this.logger.level] ?? 0)) return;
    const payload = isOption(last) ? rest.slice(0, -1) : rest;
    await ask('log', { level, message: cut(String(message)), ...(payload.length === 0 ? {} : { meta: metaOf(payload) }) });
  };

  zodValidateInput = async ({ zodSchema, input }: { zodSchema: ZodLike; input: unknown }) => {
    const parsed = zodSchema.safeParse(input);
    if (parsed.success) return parsed;
    for (const issue of parsed.error?.issues ?? []) {
      await this.log(`Invalid input: ${issue.message} at ${issue.path.join('.')}`, { level: 'error' });
    }
    throw new ActionError({ message: 'Invalid input provided' });
  };
}

interface ZodLike {
  safeParse(input: unknown): { success: boolean; data?: unknown; error?: { issues: { message: string; path: PropertyKey[] }[] } };
}

const isOption = (value: unknown): value is { level: string } =>
  typeof value === 'object' && value !== null && 'level' in value && String(value.level) in RANK;

const cut = (text: string): string => (text.length > MAX_TEXT ? `${text.slice(0, MAX_TEXT)}... (truncated)` : text);

/** A payload that cannot be sent whole loses its largest properties, never the message. */
function metaOf(payload: unknown[]): unknown {
  const meta = payload.length === 1 ? payload[0] : Object.fromEntries(payload.entries());
  let text: string | undefined;
  try {
    text = JSON.stringify(meta);
  } catch (error) {
    return { unserialisable: (error as Error).message };
  }
  if (text === undefined || text.length <= MAX_TEXT || typeof meta !== 'object' || meta === null)
    return text === undefined ? undefined : meta;
  let left = MAX_TEXT;
  return Object.fromEntries(Object.entries(meta).filter(([, value]) => (left -= (JSON.stringify(value) ?? '').length) > 0));
}
