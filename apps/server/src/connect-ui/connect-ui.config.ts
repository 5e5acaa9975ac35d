import { flag, integer } from '#libs/kernel';

/** Variables of the page end users connect accounts on. */
export const connectUiEnv = {
  FLAG_SERVE_CONNECT_UI: flag(true, 'Serve the Connect UI beside the API, on a port of its own'),
  NANGO_CONNECT_UI_PORT: integer(3009, 'Port of the Connect UI; 0 takes a free one', 0, 65_535),
};
