import { afterEach, beforeEach, expect, it } from 'vitest';
import { beginRun, connectBridge, deliver, endRun, sleep } from '../prelude/bridge.js';
import { makeNango } from '../prelude/sdk/nango.js';

/** An isolate may serve several runs, one after the other: nothing of the SDK goes over from one to the next. */
interface Call {
  readonly id: number;
  readonly op: string;
  readonly args: Record<string, unknown>;
}
let calls: Call[];
let answers: (call: Call) => unknown;

beforeEach(() => {
  calls = [];
  answers = () => null;
  connectBridge({
    send: (id, op, args) => {
      const call = { id, op, args: JSON.parse(args) as Record<string, unknown> };
      calls.push(call);
      const answer = answers(call);
      if (answer !== undefined) deliver(id, JSON.stringify({ ok: answer }));
    },
    sync: () => '',
  });
});
afterEach(endRun);

interface Methods {
  readonly logger: { level: string };
  log(message: string, option?: object): Promise<void>;
  getConnection(): Promise<{ connection_id: string }>;
  getIntegration(): Promise<unknown>;
  setMergingStrategy(options: object, model: string): Promise<void>;
  batchSave(rows: object[], model: string): Promise<boolean>;
}
const begin = () => makeNango(beginRun(), { kind: 'sync', loggerLevel: 'info', properties: {} }) as Methods;
const ops = () => calls.map(({ op }) => op);

it('a run keeps nothing of its connection and integration for the next', async () => {
  let asked = 0;
  answers = ({ op }) => (op === 'connection' ? { connection_id: `c${(asked += 1)}` } : {});
  const first = begin();
  await first.getConnection();
  await first.getConnection();
  await first.getIntegration();
  const second = begin();
  expect(await second.getConnection()).toEqual({ connection_id: 'c2' });
  await second.getIntegration();
  expect(ops()).toEqual(['connection', 'integration', 'connection', 'integration']);
});

it('a run keeps neither its log level nor its merging strategies', async () => {
  answers = ({ op }) => (op === 'records.latest-cursor' ? { cursor: 'pinned' } : {});
  const first = begin();
  first.logger.level = 'error';
  await first.log('unheard');
  await first.setMergingStrategy({ strategy: 'ignore_if_modified_after' }, 'Contact');
  await first.batchSave([{ id: 1 }], 'Contact');
  const second = begin();
  await second.log('heard');
  await second.batchSave([{ id: 1 }], 'Contact');
  expect(calls.map(({ op, args }) => [op, args['merging'] ?? args['message']])).toEqual([
    ['records.latest-cursor', undefined],
    ['records.save', { strategy: 'ignore_if_modified_after', cursor: 'pinned' }],
    ['log', 'heard'],
    ['records.save', undefined],
  ]);
});

it('the object of a run that has ended asks nobody', async () => {
  const first = begin();
  endRun();
  await expect(first.log('late')).rejects.toThrow('this nango object belongs to a run that has ended');
  begin();
  await expect(first.batchSave([{ id: 1 }], 'Contact')).rejects.toThrow('a run that has ended');
  expect(calls).toEqual([]);
});

it('an answer that comes after its run is nobody’s, and neither is a timer', async () => {
  answers = () => undefined;
  let settled = 0;
  const count = (): void => void (settled += 1);
  void begin().getConnection().then(count, count);
  void sleep(5).then(count, count);
  await Promise.resolve();
  const late = calls.map(({ id }) => id);
  const second = begin();
  for (const id of late) deliver(id, '{"ok":{"connection_id":"late"}}');
  answers = () => ({ connection_id: 'own' });
  expect([await second.getConnection(), settled]).toEqual([{ connection_id: 'own' }, 0]);
});
