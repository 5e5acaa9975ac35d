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

const suite = (errors) => ({ errors: () => errors });
const file = ({ tests = [], errors = [], suites = [] }) => ({
  errors: () => errors,
  children: { allTests: () => tests.map((state) => ({ result: () => ({ state }) })), allSuites: () => suites },
});
const lineOf = (modules, unhandled = []) => {
  new ClosingLine().onTestRunEnd(modules, unhandled);
  return log.mock.calls.at(-1)[0];
};

it('counts tests by how they ended, unfinished ones as skipped', () => {
  expect(lineOf([file({ tests: ['passed', 'failed', 'skipped'] }), file({ tests: ['passed', 'pending'] })])).toBe(
    '2 passed, 1 failed, 2 skipped',
  );
});

it('counts a file that cannot be read, a hook that throws and an error outside any test as failures', () => {
  expect(lineOf([file({ errors: [new Error('no such module')] })])).toBe('0 passed, 1 failed, 0 skipped');
  expect(lineOf([file({ tests: ['skipped'], suites: [suite([new Error('hook')]), suite([])] })])).toBe(
    '0 passed, 1 failed, 1 skipped',
  );
  expect(lineOf([file({ tests: ['passed'] })], [new Error('unhandled')])).toBe('1 passed, 1 failed, 0 skipped');
});
