import 'reflect-metadata';
import type { DynamicModule, Type } from '@nestjs/common';
import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { ACCESS } from '#libs/http';
import { loadConfig } from '#libs/kernel';
import { AppModule as Jobs } from '../../apps/jobs/src/app.module.js';
import { jobsConfig } from '../../apps/jobs/src/jobs.config.js';
import { AppModule as Orchestrator } from '../../apps/orchestrator/src/app.module.js';
import { orchestratorConfig } from '../../apps/orchestrator/src/orchestrator.config.js';
import { AppModule as Persist } from '../../apps/persist/src/app.module.js';
import { persistConfig } from '../../apps/persist/src/persist.config.js';
import { AppModule as Runner } from '../../apps/runner/src/app.module.js';
import { runnerConfig } from '../../apps/runner/src/runner.config.js';
import { AppModule as Server } from '../../apps/server/src/app.module.js';
import { serverConfig } from '../../apps/server/src/server.config.js';

const pair = generateKeyPairSync('ed25519');
const env = {
  NANGO_DATABASE_URL: 'postgres://nobody@127.0.0.1:1/none',
  NANGO_REDIS_URL: 'redis://127.0.0.1:1',
  NANGO_ENCRYPTION_KEY: randomBytes(32).toString('base64'),
  FAIRLEAD_OBJECT_URL_KEY: randomBytes(32).toString('base64'),
  FAIRLEAD_EXECUTION_PRIVATE_KEY: pair.privateKey.export({ format: 'der', type: 'pkcs8' }).toString('base64'),
  FAIRLEAD_EXECUTION_PUBLIC_KEY: pair.publicKey.export({ format: 'der', type: 'spki' }).toString('base64'),
};

const SERVICES = {
  server: () => Server.forRoot(loadConfig(serverConfig, env)),
  orchestrator: () => Orchestrator.forRoot(loadConfig(orchestratorConfig, env)),
  jobs: () => Jobs.forRoot(loadConfig(jobsConfig, env)),
  runner: () => Runner.forRoot(loadConfig(runnerConfig, env), []),
  persist: () => Persist.forRoot(loadConfig(persistConfig, env)),
};

/** Controllers of a module and of everything it imports, declared statically or by `forRoot`. */
function controllersOf(module: Type | DynamicModule): Type[] {
  const dynamic = 'module' in module ? module : undefined;
  const type = dynamic?.module ?? (module as Type);
  const read = (key: string): unknown[] => (Reflect.getMetadata(key, type) as unknown[] | undefined) ?? [];
  const imports = [...read('imports'), ...(dynamic?.imports ?? [])] as (Type | DynamicModule)[];
  return [...(read('controllers') as Type[]), ...((dynamic?.controllers as Type[]) ?? []), ...imports.flatMap(controllersOf)];
}

const routesOf = (controller: Type): string[] =>
  Object.getOwnPropertyNames(controller.prototype).filter((name) =>
    Reflect.hasMetadata('method', controller.prototype[name] as object),
  );

describe.each(Object.entries(SERVICES))('%s', (_name, open) => {
  const routes = controllersOf(open()).flatMap((controller) => routesOf(controller).map((name) => ({ controller, name })));

  it('has routes to look at', () => {
    expect(routes.length).toBeGreaterThan(0);
  });

  it('says of every route who may call it', () => {
    const silent = routes.filter(({ controller, name }) => {
      const handler = controller.prototype[name] as object;
      return !Reflect.hasMetadata(ACCESS, handler) && !Reflect.hasMetadata(ACCESS, controller);
    });
    expect(silent.map(({ controller, name }) => `${controller.name}.${name}`)).toEqual([]);
  });
});
