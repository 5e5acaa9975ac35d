import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import ClosingLine from './closing-line.mjs';

let log;
beforeEach(() => {
  vi.stubEnv('FAIRLEAD_COUNTS_FILE', '');
  log = vi.spyOn(console, 'log').mockImplementation(() => undefined);
});
afterEach(() => {
  vi.unstubAllEnvs();
  log.mockRestore();
});

const suite = (fullName, errors) => ({ fullName, errors: () => errors });
const test = (state, fullName = 'a test', errors = [], flaky = false) => ({
  fullName,
  result: () => ({ state, errors }),
  diagnostic: () => ({ flaky }),
});
const file = ({ tests = [], errors = [], suites = [] }) => ({
  relativeModuleId: 'a.spec.ts',
  errors: () => errors,
  children: { allTests: () => tests, allSuites: () => suites },
});
const endOf = (modules, unhandled = []) => {
  new ClosingLine().onTestRunEnd(modules, unhandled);
  return log.mock.calls.at(-1)[0];
};

it('counts tests by how they ended, unfinished ones as skipped', () => {
  expect(endOf([file({ tests: [test('passed'), test('skipped')] }), file({ tests: [test('passed'), test('pending')] })])).toBe(
    '2 passed, 0 failed, 2 skipped',
  );
});

it('names what failed, so that the end of a long output tells it', () => {
  const tests = [test('passed'), test('failed', 'a list > is sorted', [new Error('expected 1\nreceived 2')])];
  expect(endOf([file({ tests })])).toBe(
    'FAILED a.spec.ts > a list > is sorted\n  expected 1\n  received 2\n1 passed, 1 failed, 0 skipped',
  );
});

it('names what passed at its second try only, which counts as passed', () => {
  const tests = [test('passed'), test('passed', 'a clock > strikes', [new Error('too late')], true)];
  expect(endOf([file({ tests })])).toBe('UNSTABLE a.spec.ts > a clock > strikes\n  too late\n2 passed, 0 failed, 0 skipped');
});

it('counts a file that cannot be read, a hook that throws and an error outside any test as failures', () => {
  expect(endOf([file({ errors: [new Error('no such module')] })])).toBe(
    'FAILED a.spec.ts\n  no such module\n0 passed, 1 failed, 0 skipped',
  );
  expect(endOf([file({ tests: [test('skipped')], suites: [suite('a list', [new Error('hook')]), suite('rest', [])] })])).toBe(
    'FAILED a.spec.ts > a list\n  hook\n0 passed, 1 failed, 1 skipped',
  );
  expect(endOf([file({ tests: [test('passed')] })], [new Error('unhandled')])).toBe(
    'FAILED outside any test\n  unhandled\n1 passed, 1 failed, 0 skipped',
  );
});
