import ts from 'typescript';
import { describe, expect, it } from 'vitest';
import { findDefinition } from './definition-call.js';
import { featuresOf } from './nango-calls.js';
import { checkRules } from './rules.js';

const fileOf = (code: string) => ts.createSourceFile('function.ts', code, ts.ScriptTarget.ESNext, true);
const action = (exec: string, before = '') => `${before}export default createAction({ exec: async (nango) => { ${exec} } });`;

function problems(code: string): string[] {
  const file = fileOf(code);
  const definition = findDefinition(file);
  const found = 'code' in definition ? [definition] : checkRules(file, definition);
  return found.map((problem) => problem.code);
}

describe('the default export', () => {
  it.each([
    'export default createSync({});',
    'const sync = createSync({}); export default sync;',
    'export type T = string; export interface I {} export { type T as U }; export default createOnEvent({});',
    `export * from 'zod'; export default createAction({});`,
  ])('is accepted: %s', (code) => expect(problems(code)).toEqual([]));

  it.each([
    ['const a = 1;', 'default-export'],
    ['export default {};', 'default-export'],
    ['export default other({});', 'default-export'],
    ['export default createFunction({});', 'default-export'],
    ['const o = {}; export default createAction(o);', 'default-export'],
    ['export default createAction({}, {});', 'default-export'],
    ['export default createAction({}); export default createSync({});', 'default-export'],
    ['export const a = 1; export default createAction({});', 'named-export'],
    ['const a = 1; export { a }; export default createAction({});', 'named-export'],
    ['export enum E {} export default createAction({});', 'named-export'],
  ])('is refused: %s', (code, rule) => expect(problems(code)).toEqual([rule]));
});

describe('imports', () => {
  it.each([
    `import { createAction } from 'nango';`,
    `import * as z from 'zod';`,
    `import crypto from 'node:crypto';`,
    `import type { Server } from 'http';`,
    `const soap = require('soap');`,
  ])('may be %s', (code) => expect(problems(action('', code))).toEqual([]));

  it.each([
    `import fs from 'fs';`,
    `import { x } from './x.js';`,
    `import '/etc/passwd';`,
    `export { x } from 'node:fs';`,
    `import fs = require('fs');`,
    `const fs = require('fs');`,
    `const name = 'fs'; require(name);`,
    `import('child_process');`,
  ])('may not be %s', (code) => expect(problems(action('', code))).toEqual(['imports']));
});

describe('calls on nango', () => {
  it.each([
    'await nango.get({});',
    'return nango.get({});',
    'nango.get({}).then(() => 1);',
    'nango.log("x").catch(() => 1);',
    'await Promise.all([nango.get({}), nango.post({})]);',
    'await Promise.all([1].map((n) => nango.get({})));',
    'nango.paginate({});',
    'other.get({});',
  ])('are waited for in %s', (exec) => expect(problems(action(exec))).toEqual([]));

  it.each([
    'nango.get({});',
    'const p = nango.get({});',
    'let p; p = nango.log("x");',
    'void nango.batchSave([], "A");',
    '(nango.put({}));',
  ])('are not waited for in %s', (exec) => expect(problems(action(exec))).toEqual(['await']));

  it('retry on something only if they retry', () => {
    expect(problems(action('await nango.get({ endpoint: "/", retryOn: [404] });'))).toEqual(['retry-on']);
    expect(problems(action('await nango.get({ endpoint: "/", retryOn: [404], retries: 2 });'))).toEqual([]);
    expect(problems(action('await nango.get({ ...shared, retryOn: [404] });'))).toEqual([]);
  });
});

describe('the order of record calls', () => {
  it.each([
    'await nango.setMergingStrategy({}, "A"); await nango.batchSave([], "A");',
    'await nango.trackDeletesStart("A"); await nango.batchSave([], "A"); await nango.trackDeletesEnd("A");',
    'await nango.batchSave([], "A"); await nango.deleteRecordsFromPreviousExecutions("A");',
  ])('is right in %s', (exec) => expect(problems(action(exec))).toEqual([]));

  it.each([
    'await nango.get({}); await nango.setMergingStrategy({}, "A");',
    'await nango.deleteRecordsFromPreviousExecutions("A"); await nango.batchSave([], "A");',
    'await nango.deleteRecordsFromPreviousExecutions("A"); await nango.deleteRecordsFromPreviousExecutions("A");',
    'await nango.trackDeletesStart("A");',
    'await nango.trackDeletesEnd("A");',
    'await nango.batchSave([], "A"); await nango.trackDeletesStart("A"); await nango.trackDeletesEnd("A");',
    'await nango.trackDeletesStart("A"); await nango.trackDeletesEnd("A"); await nango.batchSave([], "A");',
    'await nango.trackDeletesStart("A"); await nango.trackDeletesStart("A"); await nango.trackDeletesEnd("A");',
  ])('is wrong in %s', (exec) => expect(problems(action(exec))).toEqual(['record-calls']));
});

it('tells that a function uses checkpoints', () => {
  expect(featuresOf(fileOf(action('await nango.getCheckpoint();')))).toEqual(['checkpoints']);
  expect(featuresOf(fileOf(action('await nango.get({});')))).toEqual([]);
});
