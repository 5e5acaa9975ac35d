import { idFloor } from '#libs/kernel';

const DAY_MS = 86_400_000;
const NAME = /^executions_(\d{4})(\d{2})(\d{2})$/;

/** One day's share of the ledger, by the ids made on that day (UTC). */
export interface DayPartition {
  readonly name: string;
  readonly from: string;
  readonly to: string;
}

const midnight = (at: Date): number => Math.floor(at.getTime() / DAY_MS) * DAY_MS;

/** Partitions from the day of `from` on. */
export const dayPartitions = (from: Date, days: number): DayPartition[] =>
  Array.from({ length: days }, (_, index) => {
    const day = new Date(midnight(from) + index * DAY_MS);
    return {
      name: `executions_${day.toISOString().slice(0, 10).replaceAll('-', '')}`,
      from: idFloor(day),
      to: idFloor(new Date(day.getTime() + DAY_MS)),
    };
  });

/** The first moment that is kept. */
export const retentionStart = (now: Date, days: number): Date => new Date(midnight(now) - days * DAY_MS);

/** Whether a partition of that name lies before `start` as a whole; false for any other table. */
export function isExpired(name: string, start: Date): boolean {
  const [, year, month, day] = NAME.exec(name) ?? [];
  return day !== undefined && Date.UTC(Number(year), Number(month) - 1, Number(day)) + DAY_MS <= start.getTime();
}
