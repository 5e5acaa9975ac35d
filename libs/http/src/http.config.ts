import { z } from 'zod';
import { integer } from '#libs/kernel';

/** Variables of every listening app. */
export const httpEnv = {
  FAIRLEAD_HOST: z.string().default('127.0.0.1').describe('Address the service listens on; 0.0.0.0 in a container'),
  SERVER_SHUTDOWN_DELAY_MS: integer(0, 'Time between a shutdown signal and closing the port, for load balancers to notice'),
};
