import type { TokenHttp } from '#libs/token-http';
import { AwsSigv4Mode } from './aws-sigv4.mode.js';
import { BillMode } from './bill.mode.js';
import { ClientCredentialsMode } from './client-credentials.mode.js';
import { regionalSts } from './domain/sts-request.js';
import { jwtMode } from './jwt.mode.js';
import { renewing } from './renewal.js';
import { signatureMode } from './signature.mode.js';
import { storedModes } from './stored.modes.js';
import { tbaMode } from './tba.mode.js';
import { TwoStepMode } from './two-step.mode.js';

/**
 * Auth modes that need a form and no browser, by `auth_mode` (spec/auth.md §2.7-2.8, §2.11-2.15, §2.17).
 * @param stsUrl address of AWS STS, instead of the region's
 */
export const mintedModes = (http: TokenHttp, stsUrl?: string) => ({
  ...storedModes,
  TBA: tbaMode,
  JWT: renewing(jwtMode),
  SIGNATURE: renewing(signatureMode),
  OAUTH2_CC: renewing(new ClientCredentialsMode(http)),
  TWO_STEP: renewing(new TwoStepMode(http)),
  BILL: renewing(new BillMode(http)),
  AWS_SIGV4: renewing(new AwsSigv4Mode(http, stsUrl === undefined ? regionalSts : () => stsUrl)),
});
