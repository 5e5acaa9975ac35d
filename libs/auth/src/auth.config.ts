import { z } from 'zod';
import { oauthOutboundEnv, outboundEnv } from '#libs/outbound';

/** Variables of every app that gets or renews credentials. */
export const authEnv = {
  ...outboundEnv,
  ...oauthOutboundEnv,
  AWS_ENDPOINT_URL_STS: z
    .url({ protocol: /^https?$/ })
    .optional()
    .describe('Address of the AWS Security Token Service, such as a VPC endpoint; without it the region’s public one'),
};
export type AuthConfig = z.output<z.ZodObject<typeof authEnv>>;
