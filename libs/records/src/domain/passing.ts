import { isAway } from '#libs/database';
import { codeOf } from '#libs/kernel';

/** Serialization failures and deadlocks: the database undid the change. */
const UNDONE = new Set(['40001', '40P01']);

/** Whether a failure of the database is one that another try may not meet; it may not be known whether the change was made. */
export const isPassing = (error: unknown): boolean => isAway(error) || UNDONE.has(codeOf(error) ?? '');
