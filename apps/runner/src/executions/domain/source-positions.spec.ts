import { describe, expect, it } from 'vitest';
import { SourcePositions } from './source-positions.js';

const SCRIPT = 'contacts-crm.cjs';
const STACK = `TypeError: bad\n    at exec (${SCRIPT}:2:3)`;
/** Line 2 of the bundle is line 1 of the source, column by column. */
const MAP = { version: 3, sources: ['../crm/actions/contacts.ts'], names: [], mappings: ';AAAA,EAAE' };
const bundle = (map: string) => `"use strict";\nthrows();\n//# sourceMappingURL=data:application/json;base64,${map}\n`;
const withSourcePositions = (stack: string, script: string, code: string) => new SourcePositions(script, code).inStack(stack);
const mapped = (map: unknown) => bundle(Buffer.from(JSON.stringify(map)).toString('base64'));

it('names the author’s own file and line', () => {
  expect(withSourcePositions(STACK, SCRIPT, mapped(MAP))).toBe(
    `TypeError: bad\n    at exec (${SCRIPT} › crm/actions/contacts.ts:1:3)`,
  );
});

it('does so in every frame, with and without a name, also where it was awaited, and leaves out those of the SDK', () => {
  const stack = [
    'Error: x',
    `    at async ${SCRIPT}:2:1`,
    `    at async exec (${SCRIPT}:2:3)`,
    '    at fairlead:prelude:1:1',
    '    at async t (fairlead:prelude:40:63533)',
  ].join('\n');
  expect(withSourcePositions(stack, SCRIPT, mapped(MAP)).split('\n').slice(1)).toEqual([
    `    at async ${SCRIPT} › crm/actions/contacts.ts:1:1`,
    `    at async exec (${SCRIPT} › crm/actions/contacts.ts:1:3)`,
  ]);
});

it('leaves a message as it is, whatever it says', () => {
  const stack = `Error: see ${SCRIPT}:2:3\nand more (${SCRIPT}:2:3)\n    at ${SCRIPT}:2:3`;
  expect(withSourcePositions(stack, SCRIPT, mapped(MAP)).split('\n').slice(0, 2)).toEqual(stack.split('\n').slice(0, 2));
});

describe('without a usable map', () => {
  const deep = Array.from({ length: 300 }).reduce<unknown>(
    (map) => ({ sections: [{ offset: { line: 0, column: 0 }, map }] }),
    MAP,
  );
  it.each([
    ['', 'none'],
    [bundle('bm9uc2Vuc2U='), 'nonsense'],
    [bundle(''), 'empty'],
    [mapped(null), 'null'],
    [mapped({ ...MAP, mappings: 5 }), 'mappings that are none'],
    [mapped({ ...MAP, sources: 'x' }), 'sources that are none'],
    [mapped({ ...MAP, sources: [{}] }), 'a source that is no text'],
    [mapped({ ...MAP, mappings: '!!!!' }), 'mappings that cannot be read'],
    [mapped(deep), 'maps in maps'],
    [mapped({ ...MAP, mappings: 'AAAA;'.repeat(2 ** 20) }), 'too much of it'],
  ])('the positions of the bundle stay (case %#)', (code) => {
    expect(withSourcePositions(STACK, SCRIPT, code)).not.toContain('undefined');
    expect(withSourcePositions(STACK, SCRIPT, code).split('\n')[1]).toContain(SCRIPT);
  });
});

it('a source cannot break out of its line', () => {
  const hostile = withSourcePositions(STACK, SCRIPT, mapped({ ...MAP, sources: [`a\n    at (evil.ts)${'x'.repeat(10_000)}`] }));
  expect(hostile.split('\n')).toHaveLength(2);
  expect(hostile.length).toBeLessThan(1000);
});

it('finds stacks wherever they stand in a value', () => {
  const positions = new SourcePositions(SCRIPT, mapped(MAP));
  const value = { why: [{ stack: STACK }], note: `at ${SCRIPT}:2:3`, at: null };
  expect(positions.inValue(value)).toEqual({
    ...value,
    why: [{ stack: `TypeError: bad\n    at exec (${SCRIPT} › crm/actions/contacts.ts:1:3)` }],
  });
  const without = { stack: 'Error: x' };
  expect(positions.inValue(without)).toBe(without);
});

it('looks up no more frames than a run may have', () => {
  const positions = new SourcePositions(SCRIPT, mapped(MAP));
  const loop = `Error: x\n${`    at ${SCRIPT}:2:3\n`.repeat(1000)}    at end`;
  for (let round = 0; round < 20; round += 1) expect(positions.inStack(loop)).toContain('contacts.ts');
  expect(positions.inStack(loop)).toBe(loop);
});
