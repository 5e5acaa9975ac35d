import { Inject, Injectable } from '@nestjs/common';
import type { Redis } from 'ioredis';
import { REDIS } from '#libs/cache';
import { AppError } from '#libs/kernel';

/**
 * Runs whose outcome is final. Whoever settles a run sets `fairlead:settled:<execution id>`; from then on what the run still
 * tries to write is refused (design §2.3). Without the mark, the expiry of the token is the limit.
 */
@Injectable()
export class SettledRuns {
  constructor(@Inject(REDIS) private readonly redis: Redis) {}

  /** @throws AppError `script_aborted` when the run is settled */
  async refuse(executionId: string): Promise<void> {
    if ((await this.redis.exists(`fairlead:settled:${executionId}`)) === 1) {
      throw new AppError('script_aborted', 'this run has ended; nothing it writes is kept');
    }
  }
}
