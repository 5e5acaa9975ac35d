import { describe, expect, it } from 'vitest';
import { reasonIn, saysDamaged } from './log-reason.js';

describe('the reason in a log', () => {
  it('is the gravest line, not what followed from it', () => {
    const log = [
      '2026-11-23 UTC [1] LOG:  starting PostgreSQL 18.4',
      '2026-11-23 UTC [2] PANIC:  could not locate a valid checkpoint record at 0/1',
      '2026-11-23 UTC [3] FATAL:  the database system is starting up',
      '2026-11-23 UTC [1] LOG:  aborting startup due to startup process failure',
    ].join('\n');
    expect(reasonIn(log)).toBe('could not locate a valid checkpoint record at 0/1');
  });

  it('is what initdb complains about', () => {
    expect(reasonIn('running bootstrap script ...\ninitdb: error: could not create directory "x"')).toBe(
      'could not create directory "x"',
    );
  });

  it('is the last line where none is marked', () => {
    expect(reasonIn('one\ntwo\n\n')).toBe('two');
    expect(reasonIn('')).toBe('it said nothing');
  });
});

it('damage is told from a bad statement by its SQLSTATE', () => {
  expect(saysDamaged('XX001')).toBe(true);
  expect(saysDamaged('58P01')).toBe(true);
  expect(saysDamaged('42601')).toBe(false);
  expect(saysDamaged(undefined)).toBe(false);
});
