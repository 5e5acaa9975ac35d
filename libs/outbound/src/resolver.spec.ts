import type { LookupAddress } from 'node:dns';
import { describe, expect, it } from 'vitest';
import { rememberingResolver, type Resolve } from './resolver.js';

/** A resolver whose answers are the test's, and which counts. */
function scripted(...answers: (string[] | Error)[]) {
  const asked: string[] = [];
  const resolve: Resolve = (host, { family }, done) => {
    asked.push(`${host} ${family ?? 0}`);
    const next = answers.shift() ?? [];
    setImmediate(() => (next instanceof Error ? done(next, []) : done(null, next.map(toAnswer))));
  };
  return { asked, resolve: rememberingResolver(resolve) };
}
const toAnswer = (address: string): LookupAddress => ({ address, family: 4 });
const ask = (resolve: Resolve, host = 'a.example', family: 0 | 4 = 0) =>
  new Promise<string[]>((done, fail) =>
    resolve(host, { all: true, family }, (error, found) => (error ? fail(error) : done(found.map(({ address }) => address)))),
  );

describe('answers of DNS', () => {
  it('are remembered: a name that changes its mind keeps its first word', async () => {
    const { asked, resolve } = scripted(['93.184.216.34'], ['127.0.0.1']);
    expect([await ask(resolve), await ask(resolve)]).toEqual([['93.184.216.34'], ['93.184.216.34']]);
    expect(asked).toEqual(['a.example 0']);
  });

  it('are asked for once by all who ask at the same time', async () => {
    const { asked, resolve } = scripted(['1.1.1.1']);
    expect(await Promise.all([ask(resolve), ask(resolve)])).toEqual([['1.1.1.1'], ['1.1.1.1']]);
    expect(asked).toHaveLength(1);
  });

  it('are others for another family or name', async () => {
    const { asked, resolve } = scripted(['1.1.1.1'], ['2.2.2.2'], ['3.3.3.3']);
    await ask(resolve);
    await ask(resolve, 'a.example', 4);
    await ask(resolve, 'b.example');
    expect(asked).toEqual(['a.example 0', 'a.example 4', 'b.example 0']);
  });

  it('that are failures or empty are not remembered', async () => {
    const { resolve } = scripted(new Error('away'), [], ['1.1.1.1']);
    await expect(ask(resolve)).rejects.toThrow('away');
    expect([await ask(resolve), await ask(resolve)]).toEqual([[], ['1.1.1.1']]);
  });
});
