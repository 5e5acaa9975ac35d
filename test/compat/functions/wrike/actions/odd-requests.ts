import { createAction, type ProxyConfiguration } from 'nango';
import * as z from 'zod';

/** Written loosely, as authors do where the types let them. */
const REQUESTS: Record<string, object> = {
  bareEndpoint: { endpoint: 'api/v4/bare' },
  lowerCaseMethod: { method: 'get', endpoint: '/api/v4/lower' },
  textRetries: { endpoint: '/api/v4/retries', retries: '3' },
  emptyParams: { endpoint: '/api/v4/empty', params: { a: undefined, b: '', c: false, d: 0 } },
  queryText: { endpoint: '/api/v4/text', params: 'x=1&y=a%20b' },
  queryObject: { endpoint: '/api/v4/search', params: new URLSearchParams({ q: 'a&b' }) },
  oddHeaders: { endpoint: '/api/v4/headers', headers: { 'X-Count': 5, 'X-None': undefined, 'X-Flag': true } },
  unicode: { endpoint: '/api/v4/grüße und mehr/€' },
  override: { endpoint: '/v1/other', baseUrlOverride: 'https://other.example.com/base/' },
  whole: { endpoint: 'https://www.wrike.com/api/v4/whole?x=1' },
  arrayBody: { method: 'POST', endpoint: '/api/v4/array', data: [1, { two: 2 }] },
  textBody: { method: 'POST', endpoint: '/api/v4/plain', data: 'plain words', headers: { 'Content-Type': 'text/plain' } },
  emptyBody: { method: 'POST', endpoint: '/api/v4/nothing' },
  nullBody: { method: 'POST', endpoint: '/api/v4/null', data: null },
  bytes: {
    method: 'PUT',
    endpoint: '/api/v4/bytes',
    data: Buffer.from([0, 255, 1]),
    headers: { 'Content-Type': 'application/octet-stream' },
  },
  typedArray: {
    method: 'PUT',
    endpoint: '/api/v4/typed',
    data: new Uint8Array([1, 2]),
    headers: { 'Content-Type': 'application/octet-stream' },
  },
  deleteBody: { method: 'DELETE', endpoint: '/api/v4/gone', data: { ids: ['a'] } },
  dates: { method: 'POST', endpoint: '/api/v4/dates', data: { at: new Date(0), left: undefined, list: [undefined] } },
  unknownOption: { endpoint: '/api/v4/unknown', timeout: 5, validateStatus: null },
  noRetryList: { endpoint: '/api/v4/list', retryOn: [], retries: 1 },
};

const action = createAction({
  description: 'Requests as nobody should write them, and many do',
  version: '1.0.0',
  input: z.void(),
  output: z.record(z.string(), z.any()),
  exec: async (nango) => {
    const seen: Record<string, unknown> = {};
    for (const [name, request] of Object.entries(REQUESTS)) {
      try {
        const response = await nango.proxy(request as ProxyConfiguration);
        seen[name] = response.data;
      } catch (error: any) {
        seen[name] = `${error.name}: ${error.message} ${JSON.stringify(error.response?.data ?? '')}`;
      }
    }
    return seen;
  },
});

export type NangoActionLocal = Parameters<(typeof action)['exec']>[0];
export default action;
