import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { masked, maskedCut, REDACTED } from './masking.js';

/** Of characters that the mask has not. */
const secret = fc.string({ minLength: 6, maxLength: 30, unit: fc.constantFrom('g', 'h', 'j', '%', '/', '+') });

describe('a text with a secret in it', () => {
  it('shows it nowhere', () => {
    expect(masked('a=s3cret&b=s3cret', ['s3cret'])).toBe(`a=${REDACTED}&b=${REDACTED}`);
    fc.assert(
      fc.property(secret, fc.array(fc.string({ unit: fc.constantFrom('x', 'y', ' ') })), (hidden, parts) => {
        expect(masked(parts.join(hidden), [hidden])).not.toContain(hidden);
      }),
    );
  });

  it('shows no part of it where the text was cut off in it', () => {
    expect(maskedCut('the key is s3cr', ['s3cret'])).toBe(`the key is ${REDACTED}`);
    expect(maskedCut('s3cret, s3c', ['s3cret'])).toBe(`${REDACTED}, s3c`);
    expect(maskedCut('the end', ['s3cret'])).toBe('the end');
    fc.assert(
      fc.property(secret, fc.nat(40), (hidden, cut) => {
        const shown = maskedCut(`xyz ${hidden}`.slice(0, 4 + cut), [hidden]);
        expect(shown).not.toContain(hidden.slice(0, 4));
      }),
    );
  });
});
