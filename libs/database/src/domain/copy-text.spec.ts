import fc from 'fast-check';
import { expect, it } from 'vitest';
import { copyLine } from './copy-text.js';

it('writes a row with what COPY would take for something else escaped', () => {
  expect(copyLine(['a\tb', 'c\\N', null, undefined, 'd\r\ne', 1, '\0f'])).toBe('a\\tb\tc\\\\N\t\\N\t\\N\td\\r\\ne\t1\tf\n');
});

it('keeps every row on one line with as many columns as there are values', () => {
  fc.assert(
    fc.property(fc.array(fc.string({ unit: 'binary' }), { minLength: 1, maxLength: 5 }), (values) => {
      const line = copyLine(values);
      expect(line.slice(0, -1)).not.toMatch(/[\n\r\0]/);
      expect(line.split('\t')).toHaveLength(values.length);
    }),
  );
});
