import { Injectable } from '@nestjs/common';
import { Ticker } from '#libs/ticker';
import { FunctionJobs } from './function-jobs.service.js';

const EVERY_MS = 60_000;

/** No job stays running for ever, whatever became of the process that ran it. */
@Injectable()
export class FunctionJobsSweep extends Ticker {
  constructor(private readonly jobs: FunctionJobs) {
    super(EVERY_MS);
  }

  protected tick(): Promise<void> {
    return this.jobs.sweep();
  }
}
