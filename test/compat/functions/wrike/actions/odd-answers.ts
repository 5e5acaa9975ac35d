import { createAction } from 'nango';
import { createHash, createHmac } from 'crypto';
import * as z from 'zod';

const Task = z.object({ id: z.string(), done: z.boolean() });

class NotFound extends Error {
  constructor(
    readonly id: string,
    options?: ErrorOptions,
  ) {
    super(`no task ${id}`, options);
    this.name = 'NotFound';
  }
}

const signed = (claims: object, key: string): string => {
  const encode = (part: object) => Buffer.from(JSON.stringify(part)).toString('base64url');
  const head = `${encode({ alg: 'HS256', typ: 'JWT' })}.${encode(claims)}`;
  return `${head}.${createHmac('sha256', key).update(head).digest('base64url')}`;
};

const action = createAction({
  description: 'What authors do with answers, errors and the world around them',
  version: '1.0.0',
  input: z.void(),
  output: z.record(z.string(), z.any()),
  exec: async (nango) => {
    const loose = nango as unknown as { get(config: object): Promise<{ data: unknown; headers: any; status: number }> };
    const fields = 'headers params data retries retryOn retryHeader method responseType baseUrlOverride decompress connectionId';
    const nulls = Object.fromEntries(fields.split(' ').map((name) => [name, null]));
    const many = await loose.get({ endpoint: '/api/v4/many', ...nulls });
    const caught = await nango.get({ endpoint: '/api/v4/tasks/none', retries: 1 }).catch((error: unknown) => error as any);
    const wrapped = new NotFound('7', { cause: caught });
    const raw = await nango.get({ endpoint: '/api/v4/raw', responseType: 'arraybuffer' });
    const invalid = Task.safeParse({ id: 7 });
    const update: Record<string, unknown> = {};
    for await (const page of nango.paginate<{ id: string }>({
      endpoint: '/api/v4/paged',
      paginate: { type: 'link', link_rel_in_response_header: 'next', response_path: 'data' },
    })) {
      update[`page${Object.keys(update).length}`] = page.map(({ id }) => id).join();
    }
    return {
      many: [many.status, many.headers['x-part'], many.headers.get?.('X-Part')],
      caught: [
        caught.isAxiosError,
        caught.code,
        caught.response.data,
        caught.message,
        caught instanceof Error,
        caught instanceof nango.ActionError,
      ],
      wrapped: [String(wrapped), wrapped.id, (wrapped.cause as Error).name, wrapped instanceof NotFound],
      raw: [
        Buffer.isBuffer(raw.data),
        createHash('md5')
          .update(raw.data as Buffer)
          .digest('hex'),
      ],
      invalid: [invalid.error instanceof z.ZodError, invalid.error?.issues.map(({ path }) => path.join('.'))],
      pages: update,
      jwt: signed({ iss: 'fairlead', iat: 1 }, 'secret'),
      time: new Date(0).toLocaleString('en-GB', { timeZone: 'Asia/Kolkata' }),
      money: new Intl.NumberFormat('de-DE', { style: 'currency', currency: 'EUR' }).format(1234.5),
      thrown: await Promise.any([Promise.reject(new NotFound('1'))]).catch((error: AggregateError) => error.errors.map(String)),
    };
  },
});

export type NangoActionLocal = Parameters<(typeof action)['exec']>[0];
export default action;
