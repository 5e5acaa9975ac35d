import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Schedules } from './schedules.service.js';
import { SyncCommands } from './sync-commands.service.js';
import { SyncRuns } from './sync-runs.service.js';
import { SyncTriggers } from './sync-triggers.service.js';
import { Syncs } from './syncs.service.js';
import { age, open, scheduleRow, type Scheduler, startScheduler, succeeded, type World } from './test-scheduling.js';
import type { FinishOptions } from './syncs.types.js';

/** The worked examples of spec/engine.md §11.1: a schedule that was created at 10:03:20 and is due every 15 minutes. */
const CREATED = '10:03:20';
const secondsOf = (time: string) => time.split(':').reduce((total, part) => total * 60 + Number(part), 0);
const sinceCreation = (time: string) => (secondsOf(time) - secondsOf(CREATED)) * 1_000;

let scheduler: Scheduler;
beforeAll(async () => {
  scheduler = await startScheduler();
});
afterAll(() => scheduler?.close());

/** A schedule, and the clock it goes by. */
class Story {
  #now = 0;

  constructor(readonly world: World) {}

  static async begin(): Promise<Story> {
    return new Story(await scheduler.world({ autoStart: true, runs: 'every 15 minutes' }));
  }

  async at(time: string): Promise<this> {
    const now = sinceCreation(time);
    await age(scheduler, this.world, now - this.#now);
    this.#now = now;
    return this;
  }

  /** Answers the execution that was accepted, if one was. */
  async poll(): Promise<string | null> {
    const before = (await this.schedule()).live;
    await scheduler.get(Schedules).poll(100);
    const { live } = await this.schedule();
    return live === before ? null : live;
  }

  async run(from: string, until: string, options?: FinishOptions): Promise<void> {
    await this.at(from);
    const executionId = await this.poll();
    if (!executionId) throw new Error(`nothing was due at ${from}`);
    await open(scheduler, executionId);
    await this.at(until);
    await scheduler.get(SyncRuns).finish(executionId, succeeded(), options);
  }

  async trigger() {
    const [triggered] = await scheduler.get(SyncTriggers).trigger(await this.#targets(), { reset: false, emptyCache: false });
    return triggered;
  }

  async pause(): Promise<void> {
    await scheduler.get(SyncCommands).pause(await this.#targets());
  }

  async unpause(): Promise<void> {
    await scheduler.get(SyncCommands).start(await this.#targets());
  }

  schedule() {
    return scheduleRow(scheduler, this.world);
  }

  async expectNext(time: string): Promise<void> {
    expect((await this.schedule()).phase).toBe(sinceCreation(time));
  }

  #targets() {
    return scheduler.get(SyncCommands).select(this.world.scope, []);
  }
}

describe('a schedule of 10:03:20, every 15 minutes', () => {
  it('is due at once when it is created', async () => {
    const story = await Story.begin();
    await story.expectNext('10:03:20');
    expect(await story.poll()).not.toBeNull();
  });

  it('is due at 10:18:20 when its first run ends at 10:04:00', async () => {
    const story = await Story.begin();
    await story.run('10:03:20', '10:04:00');
    await story.expectNext('10:18:20');
    expect(await (await story.at('10:18:19')).poll()).toBeNull();
    expect(await (await story.at('10:18:20')).poll()).not.toBeNull();
  });

  it('skips the ticks that a long run missed, and never runs beside it', async () => {
    const story = await Story.begin();
    await story.run('10:03:20', '10:04:00');
    await story.at('10:18:20');
    const executionId = await story.poll();
    expect(await (await story.at('10:33:20')).poll()).toBeNull();
    expect(await (await story.at('10:59:00')).poll()).toBeNull();
    await open(scheduler, executionId ?? '');
    await scheduler.get(SyncRuns).finish(executionId ?? '', succeeded());
    await story.expectNext('11:03:20');
    expect(await story.poll()).toBeNull();
  });

  it('paused at 11:10 and unpaused at 12:00, runs at 12:00 and then at 12:03:20', async () => {
    const story = await Story.begin();
    await story.run('11:03:20', '11:04:00');
    await (await story.at('11:10:00')).pause();
    expect(await (await story.at('11:59:00')).poll()).toBeNull();
    await (await story.at('12:00:00')).unpause();
    await story.run('12:00:00', '12:00:30');
    await story.expectNext('12:03:20');
  });

  it('paused and unpaused within a period, keeps 11:18:20', async () => {
    const story = await Story.begin();
    await story.run('11:03:20', '11:04:00');
    await (await story.at('11:05:00')).pause();
    await (await story.at('11:10:00')).unpause();
    await story.expectNext('11:18:20');
  });

  it('is due at 12:03:20 when its frequency becomes an hour at 11:05', async () => {
    const story = await Story.begin();
    await story.run('11:03:20', '11:04:00');
    await story.at('11:05:00');
    const { function: deployed } = story.world;
    const hourly = { ...deployed, definition: { ...deployed.definition, runs: 'every hour' } };
    await scheduler.db.transaction((tx) => scheduler.get(Syncs).retimeForFunction(tx, hourly));
    await story.expectNext('12:03:20');
  });

  it('triggered at 11:07, runs now and keeps its phase', async () => {
    const story = await Story.begin();
    await story.run('11:03:20', '11:04:00');
    await story.at('11:07:00');
    const executionId = (await story.trigger())?.executionId ?? '';
    await open(scheduler, executionId);
    await (await story.at('11:08:00')).expectNext('11:18:20');
    await scheduler.get(SyncRuns).finish(executionId, succeeded());
    await story.expectNext('11:18:20');
  });

  it('triggered while it runs, refuses and queues nothing', async () => {
    const story = await Story.begin();
    await story.at('11:07:00');
    const executionId = await story.poll();
    expect(await story.trigger()).toMatchObject({ executionId: null, refused: 'running' });
    await open(scheduler, executionId ?? '');
    expect(await story.trigger()).toMatchObject({ executionId: null, refused: 'running' });
    const accepted = await scheduler.db.query('SELECT 1 FROM executions WHERE sync_id = $1', [story.world.syncId]);
    expect(accepted).toHaveLength(1);
  });

  it('goes on at once after a run that was interrupted at 11:20', async () => {
    const story = await Story.begin();
    await story.run('11:18:20', '11:20:00', { interrupted: true });
    expect(await story.poll()).not.toBeNull();
  });

  it('without an orchestrator from 10:30 to 12:40, runs once at 12:40, then on its phase', async () => {
    const story = await Story.begin();
    await story.run('10:18:20', '10:19:00');
    await story.run('12:40:00', '12:41:00');
    await story.expectNext('12:48:20');
    expect(await story.poll()).toBeNull();
  });
});
