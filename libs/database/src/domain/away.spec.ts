import { expect, it } from 'vitest';
import { isAway } from './away.js';

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
