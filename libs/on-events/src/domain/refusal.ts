import type { FunctionError } from '#libs/contracts';

const UNEXPLAINED = 'The connection could not be validated: check what you entered, or ask the team whose product this is';
const MAX_LENGTH = 1_000;

/** What a person who connects an account is told when a function refuses it (spec/functions.md §1.4). */
export function refusalOf({ payload }: Pick<FunctionError, 'payload'>): string {
  const { message, error } = typeof payload === 'object' && payload !== null ? (payload as Record<string, unknown>) : {};
  const text = [message, error].find((said): said is string => typeof said === 'string' && said.trim() !== '');
  return (text ?? UNEXPLAINED).slice(0, MAX_LENGTH);
}
