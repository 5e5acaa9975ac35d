import ts from 'typescript';
import { expect, it } from 'vitest';
import { findDefinition } from './definition-call.js';
import { unwrap } from './unwrap.js';

function unwrapped(code: string): string {
  const file = ts.createSourceFile('function.ts', code, ts.ScriptTarget.ESNext, true);
  const definition = findDefinition(file);
  if ('code' in definition) throw new Error(definition.message);
  return unwrap(file, definition);
}

it.each([
  ['const a = createSync({ exec });\nexport default a;', "const a = { type: 'sync', exec };\nexport default a;"],
  ['export default createAction({ exec });', "export const action = { type: 'action', exec };export default action;"],
  ['export default createOnEvent({});', "export const onEvent = { type: 'onEvent'};export default onEvent;"],
  ['const action = 1;\nexport default createAction({ exec });', "const action = 1;\nexport default { type: 'action', exec };"],
])('%j loses its wrapper', (code, expected) => expect(unwrapped(code).replace(';;', ';')).toBe(expected));

it('moves no line', () => {
  const code = 'const a = createSync(\n  // why\n  {\n    exec,\n  },\n);\nexport default a;\n';
  const lines = unwrapped(code).split('\n');
  expect(lines).toHaveLength(code.split('\n').length);
  expect([lines[3], lines[6]]).toEqual(['    exec,', 'export default a;']);
});
