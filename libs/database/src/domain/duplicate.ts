import { codeOf } from '#libs/kernel';

const UNIQUE_VIOLATION = '23505';

/** Whether PostgreSQL refused a row because its key is taken (SQLSTATE 23505). */
export const isDuplicate = (error: unknown): boolean => codeOf(error) === UNIQUE_VIOLATION;
