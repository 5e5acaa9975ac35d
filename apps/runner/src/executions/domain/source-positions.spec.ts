import { expect, it } from 'vitest';
import { withSourcePositions } from './source-positions.js';

const SCRIPT = 'contacts-crm.cjs';
const STACK = `TypeError: bad\n    at exec (${SCRIPT}:2:3)`;
/** Line 2 of the bundle is line 1 of the source, column by column. */
const MAP = { version: 3, sources: ['crm/actions/contacts.ts'], names: [], mappings: ';AAAA,EAAE' };
const bundle = (map: string) => `"use strict";\nthrows();\n//# sourceMappingURL=data:application/json;base64,${map}\n`;

it('names the author’s own file and line', () => {
  const code = bundle(Buffer.from(JSON.stringify(MAP)).toString('base64'));
  expect(withSourcePositions(STACK, SCRIPT, code)).toContain(`at exec (${SCRIPT} › crm/actions/contacts.ts:1:3)`);
});

it.each(['', bundle('bm9uc2Vuc2U='), bundle('')])(
  'leaves the positions as they are where there is no usable map (%j)',
  (code) => {
    expect(withSourcePositions(STACK, SCRIPT, code)).toBe(STACK);
  },
);
