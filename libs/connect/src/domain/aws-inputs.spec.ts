import { expect, it } from 'vitest';
import { awsInputs } from './aws-inputs.js';

const ID = '1b4e28ba-2fa1-11d2-883f-0016d3cca427';
const of = (sources: object) => awsInputs({ stored: {}, body: {}, params: {}, settings: {}, ...sources });

it('takes the region from the stored connection, then body, params and the integration', () => {
  const params = { region: 'c-1' };
  const settings = { defaultRegion: 'd-1' };
  expect(of({ stored: { region: 'a-1' }, body: { region: 'b-1' }, params, settings }).region).toBe('a-1');
  expect(of({ body: { region: 'b-1' }, params, settings }).region).toBe('b-1');
  expect(of({ params, settings }).region).toBe('c-1');
  expect(of({ settings }).region).toBe('d-1');
  expect(() => of({})).toThrow(expect.objectContaining({ code: 'missing_aws_sigv4_region' }));
  expect(() => of({ params: { region: 'no region' } })).toThrow(expect.objectContaining({ code: 'invalid_body' }));
});

it('keeps the external id of the trust policy, and makes one where the given one is none', () => {
  const body = { region: 'a-1' };
  expect(of({ body, stored: { external_id: 'kept' }, params: { external_id: ID } }).external_id).toBe('kept');
  expect(of({ body, params: { external_id: ID } }).external_id).toBe(ID);
  const made = of({ body, params: { external_id: 'guess' } }).external_id;
  expect(made).toMatch(/^[0-9a-f-]{36}$/);
});
