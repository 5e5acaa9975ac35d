import { type AwsCredentials, signAws } from '#libs/signing';
import type { TokenRequest } from '#libs/token-http';

/** Address of STS in a region. China's has a domain of its own. */
export const regionalSts = (region: string): string =>
  `https://sts.${region}.amazonaws.com${region.startsWith('cn-') ? '.cn' : ''}/`;

/** A signed call of AWS's Security Token Service. */
export async function stsRequest(
  url: string,
  region: string,
  credentials: AwsCredentials,
  params: Readonly<Record<string, string>>,
): Promise<TokenRequest> {
  const body = new URLSearchParams({ ...params, Version: '2011-06-15' }).toString();
  const headers = await signAws({
    method: 'POST',
    url,
    headers: { 'content-type': 'application/x-www-form-urlencoded; charset=utf-8' },
    body,
    credentials,
    region,
    service: 'sts',
  });
  const secrets = [credentials.secretAccessKey, credentials.sessionToken ?? ''];
  return { url, headers: { ...headers, accept: 'text/xml' }, text: body, secrets };
}
