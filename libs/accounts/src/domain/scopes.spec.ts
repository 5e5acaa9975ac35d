import { expect, it } from 'vitest';
import { hasScope } from './scopes.js';

it.each([
  [['environment:*'], 'environment:proxy', true],
  [['environment:*'], 'account:environments:create', false],
  [['environment:records:read'], 'environment:records:read', true],
  [['environment:records:*'], 'environment:records:write', true],
  [['environment:records:*'], 'environment:recordsx:read', false],
  [['environment:records:read'], 'environment:records:write', false],
  [[], 'environment:proxy', false],
])('%j covers %s: %s', (granted, required, covered) => {
  expect(hasScope(granted, required)).toBe(covered);
});
