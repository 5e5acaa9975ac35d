import { expect, it } from 'vitest';
import { runResults } from './run-results.js';

const none = { added: 0, updated: 0, deleted: 0 };
const some = { added: 1, updated: 2, deleted: 3 };

it('counts zero for models a run did not touch, and leaves out what is no model of the function', () => {
  expect(runResults(['Contact', 'Company'], 'base', { Contact: some, Stranger: some })).toEqual({ Contact: some, Company: none });
  expect(runResults(['Contact'], 'base', undefined)).toEqual({ Contact: none });
});

it('names models without their variant', () => {
  expect(runResults(['Contact'], 'eu', { 'Contact::eu': some })).toEqual({ Contact: some });
});
