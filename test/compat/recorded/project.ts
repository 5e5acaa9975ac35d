import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Recording } from './recording.js';

export type Kind = 'action' | 'sync' | 'on-event';

/** A compiled function and what was recorded of it. */
export interface RecordedFunction {
  readonly integration: string;
  readonly kind: Kind;
  readonly name: string;
  /** Of an on-event function. */
  readonly event?: string;
  /** Models of a sync. */
  readonly models: readonly string[];
  readonly autoStart: boolean;
  /** Undefined where no file is there. */
  readonly recording: Recording | undefined;
}

/** A function of `.nango/nango.json`. */
export interface Definition {
  readonly name: string;
  readonly description?: string;
  readonly version?: string;
  readonly input?: string | null;
  readonly output?: readonly string[] | null;
  readonly runs?: string | null;
  readonly auto_start?: boolean;
  readonly track_deletes?: boolean;
  readonly sync_type?: string;
  readonly scopes?: readonly string[];
  readonly webhookSubscriptions?: readonly string[];
  readonly json_schema?: object;
  readonly features?: readonly string[];
}

/** An integration of `.nango/nango.json` (spec/functions.md §1.9). */
export interface Integration {
  readonly providerConfigKey: string;
  readonly syncs: readonly Definition[];
  readonly actions: readonly Definition[];
  readonly onEventScripts: Readonly<Record<string, readonly string[]>>;
}

export const readIntegrations = (folder: string): Integration[] =>
  JSON.parse(readFileSync(join(folder, '.nango/nango.json'), 'utf8')) as Integration[];

/** Every function of a compiled project. */
export function readFunctions(folder: string): RecordedFunction[] {
  return readIntegrations(folder).flatMap(({ providerConfigKey: integration, syncs, actions, onEventScripts }) => {
    const of = (kind: Kind, { name, output, auto_start: autoStart = false }: Definition) => ({
      integration,
      kind,
      name,
      models: kind === 'sync' ? (output ?? []) : [],
      autoStart,
      recording: readRecording(folder, integration, kind, name),
    });
    return [
      syncs.map((one) => of('sync', one)),
      actions.map((one) => of('action', one)),
      Object.entries(onEventScripts).flatMap(([event, names]) => names.map((name) => ({ ...of('on-event', { name }), event }))),
    ].flat();
  });
}

function readRecording(folder: string, integration: string, kind: Kind, name: string): Recording | undefined {
  const names = [`${integration}-${kind}s-${name}`, `${integration}-${name}`, `${name}.${kind}`, name];
  const files = names.map((one) => join(folder, integration, 'tests', `${one}.test.json`));
  const file = files.find((one) => existsSync(one));
  return file === undefined ? undefined : (JSON.parse(readFileSync(file, 'utf8')) as Recording);
}
