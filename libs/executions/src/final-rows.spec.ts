import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { FinalRows } from './final-rows.js';
import type { FinalRow, LedgerRepository } from './ledger.repository.js';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const away = Object.assign(new Error('the database system is starting up'), { code: '57P03' });
const row = (id: string) => ({ id }) as FinalRow;

/** A ledger whose inserts answer as told, in turn. */
function ledgerThat(...answers: (Error | undefined)[]) {
  const inserted: string[] = [];
  const insertFinal = async (rows: readonly FinalRow[]) => {
    const answer = answers.shift();
    if (answer) throw answer;
    inserted.push(...rows.map(({ id }) => id));
    return [];
  };
  return { inserted, rows: new FinalRows({ insertFinal } as unknown as LedgerRepository) };
}

it('keeps rows while the database is away, and writes them in their order when it is back', async () => {
  const { inserted, rows } = ledgerThat(away, away, undefined);
  const written = [rows.add(row('a')), rows.add(row('b'))];
  await vi.advanceTimersByTimeAsync(100);
  expect(inserted).toEqual([]);
  written.push(rows.add(row('c')));
  await vi.advanceTimersByTimeAsync(3_000);
  await Promise.all(written);
  expect(inserted).toEqual(['a', 'b', 'c']);
});

it('gives up what the database refuses, and what is left when the process ends', async () => {
  const refused = ledgerThat(new Error('refused'));
  const answered = refused.rows.add(row('a'));
  await vi.advanceTimersByTimeAsync(100);
  await answered;
  expect(refused.inserted).toEqual([]);
  const ending = ledgerThat(away);
  const last = ending.rows.add(row('a'));
  await ending.rows.onApplicationShutdown();
  await last;
});
