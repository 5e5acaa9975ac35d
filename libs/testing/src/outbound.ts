import type { OutboundConfig } from '#libs/outbound';

/** Variables under which loopback may be called, as in development: providers of tests are there. */
export const LOOPBACK_OPEN: OutboundConfig = {
  NANGO_PROXY_BASE_URL_OVERRIDE_ENABLED: true,
  NANGO_PROXY_BASE_URL_OVERRIDE_DENYLIST: [],
  NANGO_OUTBOUND_URL_POLICY: { blockPrivateIps: false },
};
