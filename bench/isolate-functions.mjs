/** Functions that the benches run: a no-op, and two with the schemas that published ones build in their module bodies (spec/sandbox.md §2). */
const bundleOf = (exec, head = '') =>
  `"use strict"; ${head}\nmodule.exports = { default: { type: 'action', exec: async (nango, input) => { ${exec} } } };`;

const schema = (n) => `
const Contact${n} = z.object({
  id: z.string(), name: z.string().min(1).describe('Name of the contact'), email: z.string().email().optional(),
  tags: z.array(z.string()).default([]), state: z.enum(['open', 'closed', 'other']), created: z.string().nullable(),
  address: z.object({ street: z.string().optional(), city: z.string(), zip: z.union([z.string(), z.number()]) }).optional(),
});`;
const withSchemas = (count) =>
  bundleOf(
    `const parsed = Contact0.safeParse({ id: '1', name: 'a', state: 'open', created: null }); await nango.getCheckpoint(); return parsed.success;`,
    `const { z } = require('zod');${Array.from({ length: count }, (_, n) => schema(n)).join('')}`,
  );

export const SDK_CALLS = 2_000;
export const FUNCTIONS = { noop: bundleOf('return input;'), median: withSchemas(14), large: withSchemas(90) };
export const PROBES = {
  firstCall: bundleOf('', 'const nothing = 0;').replace('=> {  }', '=> { await nango.getCheckpoint(); }'),
  calls: bundleOf(`for (let n = 0; n < ${SDK_CALLS}; n += 1) await nango.getCheckpoint();`),
};
