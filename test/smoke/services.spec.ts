import { afterAll, beforeAll, expect, it } from 'vitest';
import { type ServiceName, type Stack, startStack } from '#libs/testing';

let stack: Stack;
beforeAll(async () => {
  stack = await startStack({ mode: 'split' });
});
afterAll(() => stack.stop());

it.each<ServiceName>(['server', 'orchestrator', 'jobs', 'runner', 'persist'])(
  '%s ends in order when it is told to',
  async (service) => {
    expect(await stack.kill(service, 'SIGTERM')).toEqual({ code: 0, signal: null });
  },
);
