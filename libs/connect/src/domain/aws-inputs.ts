import { randomUUID } from 'node:crypto';
import { AppError } from '#libs/kernel';
import type { Config } from '../connect.types.js';
import { refuseProblems } from './input-problems.js';

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
const REGION = /^[a-z0-9-]{1,64}$/;

const text = (value: unknown): string | undefined => (typeof value === 'string' && value !== '' ? value : undefined);

/** Where the region and external id of an AWS role may come from. */
export interface AwsSources {
  /** Of the connection to renew: the role's trust policy names its external id. */
  readonly stored: Config;
  readonly body: Config;
  readonly params: Config;
  /** The integration's own settings. */
  readonly settings: Config;
}

/** Region and external id of an AWS role, which stay with the connection (spec/auth.md §2.15). @throws AppError `missing_aws_sigv4_region` */
export function awsInputs({ stored, body, params, settings }: AwsSources): {
  readonly region: string;
  readonly external_id: string;
} {
  const region = [stored['region'], body['region'], params['region'], settings['defaultRegion']].map(text).find(Boolean);
  if (region === undefined) throw new AppError('missing_aws_sigv4_region', 'name the AWS region, such as eu-central-1');
  if (!REGION.test(region)) {
    refuseProblems([{ code: 'invalid_format', message: 'must be an AWS region such as eu-central-1', path: ['region'] }]);
  }
  const given = text(params['external_id']);
  return { region, external_id: text(stored['external_id']) ?? (given && UUID.test(given) ? given : randomUUID()) };
}
