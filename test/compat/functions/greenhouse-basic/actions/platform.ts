import { createAction } from 'nango';
import { createHash, createHmac, randomUUID } from 'crypto';
import { URL as NodeUrl, URLSearchParams as NodeSearchParams } from 'node:url';
import * as z from 'zod';

function* squares(upTo: number): Generator<number> {
  for (let n = 1; n <= upTo; n += 1) yield n * n;
}

const action = createAction({
  description: 'What functions use of the platform, in one',
  version: '1.0.0',
  input: z.object({ text: z.string() }),
  output: z.any(),
  exec: async (_nango, input) => {
    const started = Date.now();
    await new Promise((resolve) => setTimeout(resolve, 20));
    const url = new NodeUrl('/a b?x=1#h', 'https://example.com/base/');
    const bytes = Buffer.concat([Buffer.from(input.text), Buffer.alloc(2, 1)]);
    return {
      waited: Date.now() - started >= 15,
      url: [url.href, new NodeSearchParams({ q: 'ä&' }).toString(), URL.canParse('nope')],
      base64: [btoa('hello'), atob('aGVsbG8='), bytes.toString('base64'), Buffer.isBuffer(bytes)],
      text: [new TextDecoder().decode(new TextEncoder().encode(input.text)), encodeURIComponent(input.text)],
      hash: [createHash('md5').update(input.text).digest('hex'), createHmac('sha1', 'key').update(input.text).digest('base64')],
      uuid: /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(randomUUID()),
      squares: [...squares(4)],
      clone: structuredClone({ when: new Date(0), set: [...new Set([1, 1, 2])] }),
      big: BigInt(2) ** BigInt(64) > 0 ? String(BigInt(2) ** BigInt(64)) : '',
      sorted: Object.entries({ b: 1, a: 2 })
        .toSorted()
        .map(([key]) => key),
    };
  },
});

export type NangoActionLocal = Parameters<(typeof action)['exec']>[0];
export default action;
