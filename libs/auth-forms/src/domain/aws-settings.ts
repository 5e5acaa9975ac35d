import { AppError, type ErrorCode } from '#libs/kernel';
import { type Provider, withDefaults } from '#libs/providers';
import type { AwsCredentials } from '#libs/signing';
import { basicHeader, textOf } from '#libs/token-http';

/** Where temporary credentials come from, as the integration's settings say (spec/auth.md §2.15). */
export type StsSettings =
  | { readonly kind: 'builtin'; readonly keys: AwsCredentials }
  | { readonly kind: 'custom'; readonly url: string; readonly headers: Readonly<Record<string, string>> };

type Rules = Pick<Provider, 'integration_config'>;
type Setting = (name: string) => string | undefined;

const settingsOf = ({ integration_config: declared = {} }: Rules, custom: Readonly<Record<string, string>>): Setting => {
  const values = withDefaults(declared, custom);
  return (name) => textOf(values[name]);
};

/** @throws AppError `missing_aws_sigv4_service`, `missing_aws_sigv4_region`, `invalid_aws_sigv4_config` */
export function awsPlace(
  provider: Rules,
  custom: Readonly<Record<string, string>>,
  given: string | undefined,
): { readonly region: string; readonly service: string } {
  const setting = settingsOf(provider, custom);
  const service = demanded(setting('service'), 'missing_aws_sigv4_service', 'the integration names no service: set it there');
  const region = demanded(
    given ?? setting('defaultRegion'),
    'missing_aws_sigv4_region',
    'no region is given, and the integration has no default one: pass region, or set defaultRegion',
  );
  // It becomes part of the host that keys are sent to.
  if (!/^[a-z0-9-]{1,64}$/.test(region)) throw invalid('region must be one such as eu-central-1');
  return { region, service };
}

/** @throws AppError `missing_aws_sigv4_builtin_credentials`, `missing_aws_sigv4_sts_endpoint`, `invalid_aws_sigv4_config` */
export function stsSettings(provider: Rules, custom: Readonly<Record<string, string>>): StsSettings {
  const setting = settingsOf(provider, custom);
  return setting('stsMode') === 'builtin' ? builtin(setting) : endpoint(setting);
}

function builtin(setting: Setting): StsSettings {
  const message = 'the integration has no key to assume roles with: set awsAccessKeyId and awsSecretAccessKey';
  const code = 'missing_aws_sigv4_builtin_credentials';
  const accessKeyId = demanded(setting('awsAccessKeyId'), code, message);
  return {
    kind: 'builtin',
    keys: { accessKeyId, secretAccessKey: demanded(setting('awsSecretAccessKey'), code, message) },
  };
}

function endpoint(setting: Setting): StsSettings {
  const url = demanded(
    setting('stsEndpointUrl'),
    'missing_aws_sigv4_sts_endpoint',
    'the integration names no endpoint that gives temporary credentials: set stsEndpointUrl',
  );
  if (URL.parse(url)?.protocol !== 'https:') throw invalid('stsEndpointUrl must be an address that begins with https://');
  return { kind: 'custom', url, headers: proofOf(setting) };
}

function proofOf(setting: Setting): Readonly<Record<string, string>> {
  if (setting('stsAuthType') === 'basic') {
    const [username, password] = [setting('stsUsername'), setting('stsPassword')];
    if (username === undefined) throw invalid('stsUsername is required where stsAuthType is basic');
    return { authorization: basicHeader(username, password ?? '') };
  }
  const key = setting('stsApiKey');
  if (key === undefined) throw invalid('stsApiKey is required where stsAuthType is api_key');
  const header = setting('stsAuthHeader') ?? 'x-api-key';
  if (!/^[\w-]+$/.test(header)) throw invalid('stsAuthHeader must be the name of a header');
  return { [header.toLowerCase()]: key };
}

/** @throws AppError `code` when there is no value */
export function demanded(value: string | undefined, code: ErrorCode, message: string): string {
  if (value === undefined) throw new AppError(code, message);
  return value;
}

const invalid = (message: string): AppError => new AppError('invalid_aws_sigv4_config', message);
