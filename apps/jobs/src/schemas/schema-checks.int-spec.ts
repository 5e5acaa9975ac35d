import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { schemaOf } from './domain/checked-schema.js';
import { SchemaChecks } from './schema-checks.service.js';

let checks: SchemaChecks;
beforeAll(() => {
  checks = new SchemaChecks();
});
afterAll(() => checks.onApplicationShutdown());

let keys = 0;
const check = (schema: object, ...values: unknown[]) => checks.check({ key: `schema-${(keys += 1)}`, schema, values });

const MAIL = {
  $ref: '#/definitions/Mail',
  definitions: {
    Mail: {
      type: 'object',
      properties: { to: { type: 'array', items: { $ref: '#/definitions/Address' } }, urgent: { type: 'boolean' } },
      required: ['to'],
      additionalProperties: false,
    },
    Address: { type: 'string', format: 'email' },
  },
};

describe('a value', () => {
  it('that fits has no issues', async () => {
    expect(await check(MAIL, { to: ['ada@example.com'], urgent: true })).toEqual([]);
  });

  it('that does not fit is told where and why, all at once', async () => {
    expect(await check(MAIL, { to: ['ada@example.com', 'nobody'], urgent: 'yes', from: 1 })).toEqual([
      { path: '', message: 'must NOT have additional properties: "from"', keyword: 'additionalProperties' },
      { path: '/to/1', message: 'must match format "email"', keyword: 'format' },
      { path: '/urgent', message: 'must be boolean', keyword: 'type' },
    ]);
  });

  it('fits when one of its forms does', async () => {
    expect(await check({ type: 'null' }, null, {})).toEqual([]);
    expect(await check({ type: 'object' }, null, {})).toEqual([]);
    expect(await check({ type: 'string' }, null, {})).toHaveLength(1);
  });

  it('has not more issues than anybody reads', async () => {
    const many = Array.from({ length: 1_000 }, () => 'x');
    expect(await check({ type: 'array', items: { type: 'number' } }, many)).toHaveLength(50);
  });
});

describe('a schema', () => {
  it('is compiled once for its key', async () => {
    const twice = (schema: object, value: unknown) => checks.check({ key: 'the same', schema, values: [value] });
    expect(await twice({ type: 'string' }, 'a')).toEqual([]);
    expect(await twice({ type: 'string' }, 1)).toHaveLength(1);
  });

  it.each([
    ['does not resolve', { $ref: '#/definitions/Missing', definitions: {} }],
    ['has a wrong keyword', { type: 'no-such-type' }],
    ['has a pattern that is none', { type: 'string', pattern: '(' }],
  ])('that %s is an issue of its own', async (_what, schema) => {
    const [issue, ...more] = await check(schema, 'a');
    expect([issue?.keyword, issue?.message, more]).toEqual(['schema', expect.stringContaining('cannot be used'), []]);
  });

  it('may have names that are hard to point at', async () => {
    const definition = { json_schema: { definitions: { 'a/b~c d%': { type: 'string' } } }, input: 'a/b~c d%', models: [] };
    const found = schemaOf(definition, 'input') as { schema: object };
    expect([await check(found.schema, 'x'), (await check(found.schema, 1)).length]).toEqual([[], 1]);
  });

  it('may have a pattern that is one without the flag u only', async () => {
    expect(await check({ type: 'string', pattern: '^[a-z]{2}\\-[0-9]$' }, 'ab-1')).toEqual([]);
  });

  it('knows the formats of dates, ids and addresses', async () => {
    const schema = {
      type: 'array',
      items: [{ format: 'date-time' }, { format: 'uuid' }, { format: 'uri' }, { format: 'unheard-of' }],
    };
    expect(await check(schema, ['2026-01-01T00:00:00Z', '4c46840b-6ef0-4d1c-8b52-f9ed1a9ac0b2', 'https://a.b', 'x'])).toEqual([]);
    expect(await check(schema, ['yesterday', 'no', 'no', 'x'])).toHaveLength(3);
  });

  it('with a pattern that never ends is given up, and keeps nobody else waiting', async () => {
    const bomb = { key: 'bomb', schema: { type: 'string', pattern: '^(a+)+$' }, values: [`${'a'.repeat(50)}!`] };
    const startedAt = performance.now();
    let longestPauseMs = 0;
    let last = performance.now();
    const pulse = setInterval(() => {
      longestPauseMs = Math.max(longestPauseMs, performance.now() - last);
      last = performance.now();
    }, 10);
    const [given, ...others] = await Promise.all([checks.check(bomb), check(MAIL, { to: [] }), check(MAIL, { to: [] })]);
    clearInterval(pulse);
    expect(given).toEqual([{ path: '', message: expect.stringContaining('could not be checked within'), keyword: 'schema' }]);
    expect(others).toEqual([[], []]);
    expect(performance.now() - startedAt).toBeLessThan(4_000);
    expect(longestPauseMs).toBeLessThan(800);
    const again = performance.now();
    expect(await checks.check(bomb)).toEqual(given);
    expect(performance.now() - again).toBeLessThan(100);
  });

  it('whose check is too much work is given up', async () => {
    const unique = {
      type: 'array',
      uniqueItems: true,
      items: { anyOf: Array.from({ length: 50 }, (_, n) => ({ const: { n } })) },
    };
    const values = Array.from({ length: 20_000 }, (_, n) => ({ n: n % 50, more: n }));
    const [issue] = await check(unique, values);
    expect(issue).toBeDefined();
    expect(await check(MAIL, { to: [] })).toEqual([]);
  });
});
