import { fileURLToPath } from 'node:url';

/** The services of Fairlead, and the one process that is all of them. */
export type ServiceName = 'server' | 'orchestrator' | 'jobs' | 'persist' | 'runner';
export type ProcessName = ServiceName | 'standalone';
export type StackMode = 'standalone' | 'split';

export const SPLIT: readonly ServiceName[] = ['persist', 'runner', 'server', 'jobs', 'orchestrator'];

/** A loopback port per service, and one for the Connect UI, which the server serves. */
export type ServicePorts = Readonly<Record<ServiceName | 'connectUi', number>>;

/** The repository's folder, from the sources as from `dist`. */
const root = fileURLToPath(new URL(import.meta.url.includes('/dist/') ? '../../../../' : '../../../', import.meta.url));

/** The built entry of a process. */
export const entryOf = (name: ProcessName): string => `${root}dist/apps/${name}/src/main.js`;
export const migrateEntry = `${root}dist/apps/server/src/migrate.js`;

export const addressOf = (ports: ServicePorts, name: keyof ServicePorts): string => `http://127.0.0.1:${ports[name]}`;

/** Where every service listens and finds the others. */
export function addresses(ports: ServicePorts): Record<string, string> {
  return {
    SERVER_PORT: String(ports.server),
    NANGO_CONNECT_UI_PORT: String(ports.connectUi),
    NANGO_ORCHESTRATOR_PORT: String(ports.orchestrator),
    NANGO_JOBS_PORT: String(ports.jobs),
    NANGO_PERSIST_PORT: String(ports.persist),
    NANGO_RUNNER_PORT: String(ports.runner),
    SERVER_SERVICE_URL: addressOf(ports, 'server'),
    ORCHESTRATOR_SERVICE_URL: addressOf(ports, 'orchestrator'),
    JOBS_SERVICE_URL: addressOf(ports, 'jobs'),
    PERSIST_SERVICE_URL: addressOf(ports, 'persist'),
    RUNNER_SERVICE_URL: addressOf(ports, 'runner'),
    NANGO_SERVER_URL: addressOf(ports, 'server'),
    NANGO_PUBLIC_CONNECT_URL: addressOf(ports, 'connectUi'),
  };
}
