import { describe, expect, it } from 'vitest';
import type { DeployedFunction, IncomingFunction } from '../functions.types.js';
import { testDefinition as definition, testDeployed as deployed, testIncoming as incoming } from '../test-functions.js';
import { type DeployMode, droppedModels, planDeploy } from './deploy-plan.js';

const plan = (functions: IncomingFunction[], current: DeployedFunction[], mode: DeployMode = 'all', coversOnEvents = true) =>
  planDeploy({ mode, functions, coversOnEvents }, current);

describe('versions', () => {
  it.each([
    ['a first deploy', undefined, {}, '1'],
    ['a first deploy with a chosen version', undefined, { version: '2.0' }, '2.0'],
    ['the same code', {}, {}, '3'],
    ['another bundle', {}, { bundleHash: 'js-2' }, '4'],
    ['another source', {}, { sourceHash: 'ts-2' }, '4'],
    ['another bundle with a chosen version', {}, { bundleHash: 'js-2', version: '9' }, '9'],
    ['the same code with a chosen version', {}, { version: '9' }, '9'],
    ['other code after a semantic version', { version: '1.2.9' }, { bundleHash: 'js-2' }, '1.2.10'],
    ['other code after a version without a number', { version: 'beta' }, { bundleHash: 'js-2' }, '1'],
    ['other code after a huge number', { version: '9007199254740993' }, { bundleHash: 'js-2' }, '9007199254740994'],
  ])('%s', (_case, current, next, version) => {
    const { created, updated, unchanged } = plan([incoming(next)], current ? [deployed(current)] : []);
    expect([...created, ...updated, ...unchanged].map((one) => one.version)).toEqual([version]);
  });
});

describe('what changes', () => {
  it.each([
    ['nothing', {}, 'unchanged'],
    ['the chosen version', { version: '4' }, 'updated'],
    ['the version chosen again', { version: '3' }, 'unchanged'],
    ['the bundle', { bundleHash: 'js-2' }, 'updated'],
    ['the definition only', { definition: definition({ runs: 'every day' }) }, 'updated'],
  ] as const)('%s', (_case, over, where) => {
    const result = plan([incoming(over)], [deployed()]);
    expect({ updated: result.updated.length, unchanged: result.unchanged.length }).toEqual({
      updated: where === 'updated' ? 1 : 0,
      unchanged: where === 'unchanged' ? 1 : 0,
    });
  });

  it('tells functions apart by integration, type and name', () => {
    const others = [incoming({ integrationId: 2 }), incoming({ type: 'action' }), incoming({ name: 'companies' })];
    expect(plan(others, [deployed()]).created).toHaveLength(3);
  });

  it('takes the last of two functions of one name', () => {
    const { created } = plan([incoming(), incoming({ bundleHash: 'js-2' })], []);
    expect(created.map(({ next }) => next.bundleHash)).toEqual(['js-2']);
  });
});

describe('what is removed', () => {
  const kept = incoming({ name: 'kept' });
  const gone = deployed({ id: 1, name: 'gone' });
  const elsewhere = deployed({ id: 2, name: 'elsewhere', integrationId: 2 });
  const action = deployed({ id: 3, name: 'action', type: 'action' });
  const event = deployed({ id: 4, name: 'event', type: 'on-event' });
  const template = deployed({ id: 5, name: 'template', source: 'catalog' });
  const standalone = deployed({ id: 6, name: 'standalone', source: 'standalone' });
  const newStyle = deployed({ id: 8, name: 'new-style', type: 'function' });
  const current = [gone, elsewhere, action, event, template, standalone, newStyle];
  const removed = (functions: IncomingFunction[], mode: DeployMode, coversOnEvents = true) =>
    plan(functions, current, mode, coversOnEvents).deleted.map(({ name }) => name);

  it('is everything the payload leaves out, in mode all', () => {
    expect(removed([kept], 'all')).toEqual(['gone', 'elsewhere', 'action', 'event']);
  });
  it('is only of the integrations the payload names, in mode integration', () => {
    expect(removed([kept], 'integration')).toEqual(['gone', 'action', 'event']);
  });
  it('is nothing in mode single', () => expect(removed([kept], 'single')).toEqual([]));
  it('is nothing when the payload holds no sync and no action', () => {
    expect(removed([], 'all')).toEqual([]);
    expect(removed([incoming({ type: 'on-event' })], 'all')).toEqual([]);
  });
  it('is no on-event function when the payload says nothing of them', () => {
    expect(removed([kept], 'all', false)).toEqual(['gone', 'elsewhere', 'action']);
  });
});

describe('dropped models', () => {
  it('are those a sync that stays no longer writes', () => {
    const current = deployed({ definition: definition({ models: ['Contact', 'Company'] }) });
    expect(droppedModels(plan([incoming()], [current]))).toEqual([{ function: current, models: ['Company'] }]);
  });
  it('are none when a sync is new, gets more models, or is an action', () => {
    const action = deployed({ type: 'action', name: 'a', definition: definition({ models: ['Old'] }) });
    const more = incoming({ definition: definition({ models: ['Contact', 'Company'] }) });
    const next = [more, incoming({ name: 'new' }), incoming({ type: 'action', name: 'a' })];
    expect(droppedModels(plan(next, [deployed(), action]))).toEqual([]);
  });
});
