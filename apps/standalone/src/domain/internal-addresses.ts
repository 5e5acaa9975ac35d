export const INTERNAL = ['orchestrator', 'jobs', 'runner', 'persist'] as const;
export type InternalService = (typeof INTERNAL)[number];

/** The variable that names the port of a service. */
export const portVariable = (service: InternalService): string => `NANGO_${service.toUpperCase()}_PORT`;
const urlVariable = (service: string): string => `${service.toUpperCase()}_SERVICE_URL`;

/**
 * Where the services of one machine listen and find each other. Only the public API listens where the operator says; the others stay
 * on loopback, at the given port or at the free one offered.
 */
export function addressVariables(
  given: NodeJS.ProcessEnv,
  offered: Readonly<Record<InternalService, number>>,
): NodeJS.ProcessEnv {
  const env: NodeJS.ProcessEnv = {};
  for (const service of INTERNAL) {
    const port = given[portVariable(service)] || String(offered[service]);
    env[portVariable(service)] = port;
    env[urlVariable(service)] = `http://127.0.0.1:${port}`;
  }
  const host = given['FAIRLEAD_HOST'] || '127.0.0.1';
  env[urlVariable('server')] = `http://${host === '0.0.0.0' ? '127.0.0.1' : host}:${given['SERVER_PORT'] || '3003'}`;
  return env;
}
