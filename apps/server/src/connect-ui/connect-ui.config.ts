import { z } from 'zod';
import { flag, integer } from '#libs/kernel';

/** Variables of the page end users connect accounts on. */
export const connectUiEnv = {
  FLAG_SERVE_CONNECT_UI: flag(true, 'Serve the Connect UI beside the API, on a port of its own'),
  NANGO_CONNECT_UI_PORT: integer(3009, 'Port of the Connect UI; 0 takes a free one', 0, 65_535),
  NANGO_PUBLIC_CONNECT_URL: z
    .url()
    .default('http://localhost:3009')
    .describe('Public address of the Connect UI, as end users reach it; links of connect sessions begin with it'),
};
