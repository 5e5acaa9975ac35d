import { createAction } from 'nango';
import * as z from 'zod';

const action = createAction({
  description: 'Dates, numbers and words of different places, and expressions that find them',
  version: '1.0.0',
  input: z.object({ at: z.string() }),
  output: z.any(),
  exec: async (_nango, input) => {
    const date = new Date(input.at);
    const { groups } = /(?<year>\d{4})-(?<month>\d\d)/u.exec(input.at) ?? {};
    const pages = await Promise.allSettled([
      Promise.resolve(1),
      Promise.reject(new RangeError('no')),
      Promise.any([Promise.resolve('any')]),
    ]);
    const weak = new WeakMap([[date, 'kept']]);
    return {
      berlin: new Intl.DateTimeFormat('de-DE', { dateStyle: 'long', timeZone: 'Europe/Berlin' }).format(date),
      local: date.toLocaleString('en-US', { timeZone: 'America/New_York', hour12: false }),
      money: new Intl.NumberFormat('en-US', { style: 'currency', currency: 'EUR' }).format(1234.5),
      groups: { ...groups },
      split: 'a1b22c'.split(/\d+/),
      replaced: 'x-y_z'.replaceAll(/[-_](\w)/g, (_all, letter: string) => letter.toUpperCase()),
      settled: pages.map((page) => (page.status === 'fulfilled' ? page.value : (page.reason as Error).name)),
      weak: weak.get(date),
      grouped: Object.groupBy([1, 2, 3], (n) => (n % 2 ? 'odd' : 'even')),
      reflect: Reflect.ownKeys({ a: 1, [Symbol.iterator]: 1 }).length,
      labels: ['é', 'e', 'f'].toSorted((a, b) => a.localeCompare(b)),
      bytes: [...new Uint8Array(new TextEncoder().encode('é').buffer)],
    };
  },
});

export type NangoActionLocal = Parameters<(typeof action)['exec']>[0];
export default action;
