import type { AwsRequest } from './aws.js';

/** One example of AWS's `aws-sig-v4-test-suite`: the request, the canonical request it becomes, line by line, and its signature. */
interface AwsVector {
  readonly name: string;
  readonly request: Pick<AwsRequest, 'url'> & Partial<AwsRequest>;
  readonly canonical: readonly string[];
  readonly signature: string;
}

/** What all examples share. */
export const SUITE = {
  credentials: { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY' },
  region: 'us-east-1',
  service: 'service',
  now: new Date('2015-08-30T12:36:00Z'),
};

const HOST = 'https://example.amazonaws.com';
const EMPTY = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855';
const FORM = '9095672bbd1f56dfc5b65f3e153adc8731a4a654192329106275f4c7b24d0b6e';
const PLAIN = ['host:example.amazonaws.com', 'x-amz-date:20150830T123600Z'];
const VANILLA = '5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31';
const UNRESERVED = '-._~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
const TOKEN =
  'AQoDYXdzEPT//////////wEXAMPLEtc764bNrC9SAPBSM22wDOk4x4HIZ8j4FZTwdQWLWsKWHGBuFqwAeMicRXmxfpSPfIeoIYRqTflfKD8YUuwthAx7mSEI/' +
  'qkPpKPi/kMcGdQrmGdeehM4IC1NtBmUpp2wUE8phUZampKsburEDy0KPkyQDYwT7WZ0wq5VSXDvp75YU9HFvlRd8Tx6q6fE8YQcHNVXAkiY9q6d+xo0rKwT38xVqr7Z' +
  'D0u0iPPkUL64lIZbqBAz+scqKmlzm8FDrypNC9Yjc8fPOLn9FX9KSYvKTr4rvx3iSIlTJabIQwj2ICCR/oLxBA==';

const vector = (
  name: string,
  signature: string,
  request: AwsVector['request'],
  [method, path, query = '', headers = PLAIN, hash = EMPTY]: [string, string, string?, string[]?, string?],
): AwsVector => {
  const names = headers.map((line) => line.slice(0, line.indexOf(':')));
  return { name, request, signature, canonical: [method, path, query, ...headers, '', names.join(';'), hash] };
};

const get = (name: string, signature: string, sent: string, path: string, query = ''): AwsVector =>
  vector(name, signature, { url: HOST + sent }, ['GET', path, query]);

const withHeaders = (name: string, signature: string, method: string, headers: Record<string, string>, lines: string[]) =>
  vector(name, signature, { url: `${HOST}/`, method, headers }, [method, '/', '', lines]);

export const awsVectors: readonly AwsVector[] = [
  get('get-vanilla', VANILLA, '/', '/'),
  get('get-unreserved', '07ef7494c76fa4850883e2b006601f940f8a34d404d0cfa977f52a65bbf5f24f', `/${UNRESERVED}`, `/${UNRESERVED}`),
  get('get-utf8', '8318018e0b0f223aa2bbf98705b62bb787dc9c0e678f255a891fd03141be5d85', '/ሴ', '/%E1%88%B4'),
  get(
    'get-vanilla-empty-query-key',
    'a67d582fa61cc504c4bae71f336f98b97f1ea3c7a6bfe1b6e45aec72011b9aeb',
    '/?Param1=value1',
    '/',
    'Param1=value1',
  ),
  get('get-vanilla-query', VANILLA, '/', '/'),
  get(
    'get-vanilla-query-order-key-case',
    'b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500',
    '/?Param2=value2&Param1=value1',
    '/',
    'Param1=value1&Param2=value2',
  ),
  get(
    'get-vanilla-query-order-key',
    'eedbc4e291e521cf13422ffca22be7d2eb8146eecf653089df300a15b2382bd1',
    '/?Param1=value2&Param1=Value1',
    '/',
    'Param1=Value1&Param1=value2',
  ),
  get(
    'get-vanilla-query-order-value',
    '5772eed61e12b33fae39ee5e7012498b51d56abc0abb7c60486157bd471c4694',
    '/?Param1=value2&Param1=value1',
    '/',
    'Param1=value1&Param1=value2',
  ),
  get(
    'get-vanilla-query-unreserved',
    '9c3e54bfcdf0b19771a7f523ee5669cdf59bc7cc0884027167c21bb143a40197',
    `/?${UNRESERVED}=${UNRESERVED}`,
    '/',
    `${UNRESERVED}=${UNRESERVED}`,
  ),
  get(
    'get-vanilla-utf8-query',
    '2cdec8eed098649ff3a119c94853b13c643bcf08f8b0a1d91e12c9027818dd04',
    '/?ሴ=bar',
    '/',
    '%E1%88%B4=bar',
  ),
  get('get-relative', VANILLA, '/example/..', '/'),
  get('get-relative-relative', VANILLA, '/example1/example2/../..', '/'),
  get('get-slash', VANILLA, '//', '/'),
  get('get-slash-dot-slash', VANILLA, '/./', '/'),
  get('get-slash-pointless-dot', 'ef75d96142cf21edca26f06005da7988e4f8dc83a165a80865db7089db637ec5', '/./example', '/example'),
  get('get-slashes', '9a624bd73a37c9a373b5312afbebe7a714a789de108f0bdfe846570885f57e84', '//example//', '/example/'),
  get('get-space', '652487583200325589f1fba4c7e578f72c47cb61beeca81406b39ddec1366741', '/example space/', '/example%20space/'),
  withHeaders(
    'get-header-value-trim',
    'acc3ed3afb60bb290fc8d2dd0098b9911fcaa05412b367055dee359757a9c736',
    'GET',
    { 'my-header1': ' value1', 'my-header2': ' "a   b   c"' },
    ['host:example.amazonaws.com', 'my-header1:value1', 'my-header2:"a b c"', 'x-amz-date:20150830T123600Z'],
  ),
  withHeaders('post-vanilla', '5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b', 'POST', {}, PLAIN),
  withHeaders(
    'post-header-key-sort',
    'c5410059b04c1ee005303aed430f6e6645f61f4dc9e1461ec8f8916fdf18852c',
    'POST',
    { 'my-header1': 'value1' },
    ['host:example.amazonaws.com', 'my-header1:value1', 'x-amz-date:20150830T123600Z'],
  ),
  withHeaders(
    'post-header-value-case',
    'cdbc9802e29d2942e5e10b5bccfdd67c5f22c7c4e8ae67b53629efa58b974b7d',
    'POST',
    { 'my-header1': 'VALUE1' },
    ['host:example.amazonaws.com', 'my-header1:VALUE1', 'x-amz-date:20150830T123600Z'],
  ),
  vector(
    'post-vanilla-query',
    '28038455d6de14eafc1f9222cf5aa6f1a96197d7deb8263271d420d138af7f11',
    { url: `${HOST}/?Param1=value1`, method: 'POST' },
    ['POST', '/', 'Param1=value1'],
  ),
  vector(
    'post-x-www-form-urlencoded',
    'ff11897932ad3f4e8b18135d722051e5ac45fc38421b1da7b9d196a0fe09473a',
    {
      url: `${HOST}/`,
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: 'Param1=value1',
    },
    ['POST', '/', '', ['content-type:application/x-www-form-urlencoded', ...PLAIN], FORM],
  ),
  vector(
    'post-x-www-form-urlencoded-parameters',
    '1a72ec8f64bd914b0e42e42607c7fbce7fb2c7465f63e3092b3b0d39fa77a6fe',
    {
      url: `${HOST}/`,
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded; charset=utf8' },
      body: 'Param1=value1',
    },
    ['POST', '/', '', ['content-type:application/x-www-form-urlencoded; charset=utf8', ...PLAIN], FORM],
  ),
  vector(
    'post-sts-header-before',
    '85d96828115b5dc0cfc3bd16ad9e210dd772bbebba041836c64533a82be05ead',
    { url: `${HOST}/`, method: 'POST', credentials: { ...SUITE.credentials, sessionToken: TOKEN } },
    ['POST', '/', '', [...PLAIN, `x-amz-security-token:${TOKEN}`]],
  ),
];
