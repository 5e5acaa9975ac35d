import type { z } from 'zod';
import { oauthOutboundEnv, outboundEnv } from '#libs/outbound';

/** Variables of every app that gets or renews credentials. */
export const authEnv = { ...outboundEnv, ...oauthOutboundEnv };
export type AuthConfig = z.output<z.ZodObject<typeof authEnv>>;
