import { Injectable } from '@nestjs/common';
import type { JobData } from '#libs/contracts';
import { Deliveries } from '#libs/deliveries';
import { HandlesJob, type JobHandler } from '#libs/queues';

/** Makes one attempt at a webhook to a customer. */
@Injectable()
@HandlesJob('delivery.send')
export class DeliveryProcessor implements JobHandler<'delivery.send'> {
  constructor(private readonly deliveries: Deliveries) {}

  handle({ deliveryId, attempt }: JobData<'delivery.send'>): Promise<void> {
    return this.deliveries.attempt(deliveryId, attempt);
  }

  /** The row stays pending: the orchestrator's sweep sends its job again. */
  lost(): Promise<void> {
    return Promise.resolve();
  }
}
