import { AppError, codeOf, messageOf } from '#libs/kernel';

/** Of the socket, of a connection that broke (08…), of a server that stops, crashes or starts (57P01 to 57P03), of too many connections. */
const CODES = /^(database_unavailable|E[A-Z]+|08\d{3}|57P0[1-3]|53300)$/;
/** What is said without a code by the driver and its pool, by TypeORM of a transaction whose connection broke, and by a pooler. */
const WORDS =
  /Connection terminated|timeout exceeded when trying to connect|Client has encountered a connection error|already released|server conn crashed/;

/** Whether a statement failed for want of the database, so that it may succeed when it is back; it may also have been carried out. */
export const isAway = (error: unknown): boolean => CODES.test(codeOf(error) ?? '') || WORDS.test(messageOf(error));

/** A database that restarts, or fails over within a cluster, is back about then. */
const RETRY_AFTER_MS = 2_000;

/** What a statement's failure is for whoever waits for it: `database_unavailable` for want of the database, itself otherwise. */
export const unavailable = (error: unknown): unknown =>
  !isAway(error) || error instanceof AppError
    ? error
    : new AppError('database_unavailable', 'the database cannot be reached at the moment: try again', {
        retryAfterMs: RETRY_AFTER_MS,
        cause: error,
      });
