import { codeOf, messageOf } from '#libs/kernel';

/** Connections that broke or could not be made, servers that stop or start (class 57P), serialization failures and deadlocks. */
const CODES = /^(ECONNREFUSED|ECONNRESET|EPIPE|ETIMEDOUT|08\d{3}|57P0[1-3]|40001|40P01)$/;
/** What is said without a code by the driver, by TypeORM of a transaction whose connection broke between two statements, and by a pooler. */
const PHRASES = [
  'Connection terminated',
  'Client has encountered a connection error',
  'timeout exceeded when trying to connect',
  'already released',
  'server conn crashed',
];

/** Whether a failure of the database is one that another try may not meet: then it is not known whether the change was made. */
export const isPassing = (error: unknown): boolean =>
  CODES.test(codeOf(error) ?? '') || PHRASES.some((phrase) => messageOf(error).includes(phrase));
