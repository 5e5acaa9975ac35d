import { expect, it } from 'vitest';
import { runnerEnvironment } from './runner-environment.js';

it('the runner is told what it declares and what every process is told', () => {
  const env = {
    PATH: '/bin',
    OTEL_EXPORTER_OTLP_ENDPOINT: 'http://collector',
    FAIRLEAD_EXECUTION_PUBLIC_KEY: 'public',
    LOG_LEVEL_FILE: '/run/level',
    NANGO_DATABASE_URL: 'postgres://secret',
    NANGO_REDIS_URL: 'redis://secret',
    NANGO_ENCRYPTION_KEY: 'secret',
    FAIRLEAD_EXECUTION_PRIVATE_KEY: 'secret',
    AWS_SECRET_ACCESS_KEY: 'secret',
  };
  expect(Object.keys(runnerEnvironment(env, ['FAIRLEAD_EXECUTION_PUBLIC_KEY', 'LOG_LEVEL']))).toEqual([
    'PATH',
    'OTEL_EXPORTER_OTLP_ENDPOINT',
    'FAIRLEAD_EXECUTION_PUBLIC_KEY',
    'LOG_LEVEL_FILE',
  ]);
});
