import { expect, it } from 'vitest';
import { AppError } from '#libs/kernel';
import { isAway, unavailable } from './away.js';

const failure = (message: string, code?: string): Error => Object.assign(new Error(message), code === undefined ? {} : { code });

it.each([
  failure('connect', 'ECONNREFUSED'),
  failure('the database system is starting up', '57P03'),
  failure('terminating connection due to administrator command', '57P01'),
  failure('Connection terminated unexpectedly'),
  failure('timeout exceeded when trying to connect'),
  failure('Query runner already released. Cannot run queries anymore.'),
  failure('server conn crashed?', '08P01'),
])('takes for a database that is away: $message', (error) => expect(isAway(error)).toBe(true));

it.each([failure('duplicate key', '23505'), failure('syntax error', '42601'), failure('anything'), undefined])(
  'takes for an answer: %s',
  (error) => expect(isAway(error)).toBe(false),
);

it('says of a database that is away when to come back, and keeps why', () => {
  const cause = failure('connect', 'ECONNREFUSED');
  const told = unavailable(cause);
  expect(told).toMatchObject({ code: 'database_unavailable', status: 503, retryAfterMs: 2_000, cause });
  expect(isAway(told)).toBe(true);
});

it.each([failure('duplicate key', '23505'), new AppError('conflict', 'timeout exceeded when trying to connect')])(
  'leaves an answer as it is: %s',
  (error) => expect(unavailable(error)).toBe(error),
);
