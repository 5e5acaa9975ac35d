import type { ExecuteRequest } from '#libs/contracts';

type LoggerLevel = ExecuteRequest['context']['loggerLevel'];

const LEVELS: ReadonlySet<string> = new Set<LoggerLevel>(['debug', 'info', 'warn', 'error', 'off']);
const VARIABLE = 'NANGO_LOGGER_LEVEL';
const DEFAULT: LoggerLevel = 'info';

/** From which level on a function's messages are kept: as the environment's variable says (spec/functions.md §2.6). */
export function loggerLevel(variables: readonly { readonly name: string; readonly value: string }[]): LoggerLevel {
  const given = variables.find(({ name }) => name === VARIABLE)?.value.toLowerCase();
  return given !== undefined && LEVELS.has(given) ? (given as LoggerLevel) : DEFAULT;
}
