import { Injectable } from '@nestjs/common';
import { Schedules } from '#libs/scheduling';
import { Ticker } from '#libs/ticker';

const EVERY_MS = 500;
const TAKEN_AT_ONCE = 1_000;

/** Turns due schedules into executions. Any number of orchestrators may poll: no schedule is taken twice. */
@Injectable()
export class SchedulePoller extends Ticker {
  constructor(private readonly schedules: Schedules) {
    super(EVERY_MS);
  }

  protected async tick(): Promise<void> {
    while ((await this.schedules.poll(TAKEN_AT_ONCE)) >= TAKEN_AT_ONCE);
  }
}
