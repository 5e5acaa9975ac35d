import { createAction } from 'nango';
import * as z from 'zod';

const Phone = z.templateLiteral(['+', z.number()]);
const Node: z.ZodType<{ name: string; children?: unknown[] | undefined }> = z.lazy(() =>
  z.object({ name: z.string(), children: z.array(Node).optional() }),
);
const Contact = z.discriminatedUnion('type', [
  z.object({ type: z.literal('person'), age: z.coerce.number().int().nonnegative() }),
  z.strictObject({ type: z.literal('company'), size: z.enum(['s', 'm', 'l']).default('m') }),
]);
const Input = z.object({
  contacts: z.array(Contact).min(1),
  phone: Phone.optional(),
  when: z.union([z.iso.datetime(), z.iso.date()]),
  amount: z.preprocess((value) => (typeof value === 'string' ? value.replace(',', '.') : value), z.coerce.number()),
  tags: z
    .string()
    .transform((text) => text.split(',').map((tag) => tag.trim()))
    .pipe(z.array(z.string().max(5))),
  extra: z.record(z.string(), z.unknown()).nullish(),
  tree: Node,
  level: z.number().catch(3),
});

const action = createAction({
  description: 'What schemas can say',
  version: '1.0.0',
  input: Input,
  output: z.any(),
  exec: async (_nango, input) => {
    const parsed = Input.parse(input);
    const failed = Input.safeParse({ ...parsed, contacts: [{ type: 'robot' }], when: 'soon' });
    return {
      parsed,
      paths: failed.error?.issues.map(({ path, code }) => [path.join('.'), code]),
      flat: failed.error && Object.keys(z.flattenError(failed.error).fieldErrors),
      schema: z.toJSONSchema(z.object({ a: z.string() })),
      shape: Object.keys(Input.pick({ phone: true }).extend({ more: z.string() }).shape),
    };
  },
});

export type NangoActionLocal = Parameters<(typeof action)['exec']>[0];
export default action;
