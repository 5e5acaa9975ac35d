import { Injectable } from '@nestjs/common';
import { Schedules } from '#libs/scheduling';
import { Ticker } from '#libs/ticker';

/** What a schedule is late by is half of this, and what it takes to accept those that are due with it. */
const EVERY_MS = 200;
const TAKEN_AT_ONCE = 1_000;

/** Turns due schedules into executions. Any number of orchestrators may poll: no schedule is taken twice. */
@Injectable()
export class SchedulePoller extends Ticker {
  constructor(private readonly schedules: Schedules) {
    super(EVERY_MS);
  }

  protected async tick(): Promise<void> {
    while (!this.isStopped && (await this.schedules.poll(TAKEN_AT_ONCE)) >= TAKEN_AT_ONCE);
  }
}
