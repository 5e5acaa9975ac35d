import { describe, expect, it } from 'vitest';
import { connectionTags } from './connection-tags.js';

const numbered = (count: number) => Object.fromEntries(Array.from({ length: count }, (_, n) => [`own${n}`, String(n)]));

describe('connectionTags', () => {
  it('derives what an end user says, and nothing that is empty', () => {
    expect(
      connectionTags({
        id: 'u1',
        email: 'ada@example.com',
        display_name: '',
        organization: { id: 'o1', display_name: 'Acme' },
      }),
    ).toEqual({
      end_user_id: 'u1',
      end_user_email: 'ada@example.com',
      organization_id: 'o1',
      organization_display_name: 'Acme',
    });
  });

  it('cuts values to 255 characters', () => {
    expect(connectionTags({ id: 'x'.repeat(300) })['end_user_id']).toHaveLength(255);
  });

  it("lower-cases and cuts the end user's own keys and drops invalid ones", () => {
    const tags = { Plan: 'pro', '1st': 'x', 'with space': 'x', ['K'.repeat(70)]: 'long', Empty: '' };
    expect(connectionTags({ id: 'u1', tags })).toEqual({ end_user_id: 'u1', plan: 'pro', ['k'.repeat(64)]: 'long' });
  });

  it("drops all of the end user's own tags when the total exceeds ten", () => {
    expect(Object.keys(connectionTags({ id: 'u1', tags: numbered(9) }))).toHaveLength(10);
    expect(connectionTags({ id: 'u1', tags: numbered(10) })).toEqual({ end_user_id: 'u1' });
  });

  it('lets facts of the end user win over own tags of the same name, and given tags over both', () => {
    expect(connectionTags({ id: 'u1', tags: { end_user_id: 'forged' } })).toEqual({ end_user_id: 'u1' });
    expect(connectionTags({ id: 'u1' }, { end_user_id: 'u2', team: 'Blue' })).toEqual({ end_user_id: 'u2', team: 'Blue' });
  });

  it('is only what was given without an end user', () => {
    expect(connectionTags(undefined, { team: 'Blue' })).toEqual({ team: 'Blue' });
    expect(connectionTags(undefined)).toEqual({});
  });
});
