import type { EnvironmentId, FunctionId, IntegrationId } from '#libs/kernel';

export type FunctionVersionId = number;

/** A `function` is of the new style (`createFunction`): stored and listed, there is no way to call it yet. */
export type FunctionType = 'sync' | 'action' | 'on-event' | 'function';

/** Where a function came from: `repo` and `standalone` are CLI deploys, `catalog` a template. */
export type FunctionSource = 'catalog' | 'standalone' | 'repo';

export interface FunctionEndpoint {
  readonly method: string;
  readonly path: string;
  readonly group?: string | undefined;
}

/** What its author said of a function (spec/functions.md §1.2-1.4). Fields of other types are null, false or empty. */
export interface FunctionDefinition {
  readonly description: string;
  readonly scopes: readonly string[];
  readonly attributes: Readonly<Record<string, unknown>>;
  /** Names of record models; of an action, the name of its output model. */
  readonly models: readonly string[];
  /** Name of the input model. */
  readonly input: string | null;
  readonly endpoints: readonly FunctionEndpoint[];
  /** Syncs: the frequency as the author wrote it. */
  readonly runs: string | null;
  readonly auto_start: boolean;
  readonly track_deletes: boolean;
  readonly sync_type: 'full' | 'incremental';
  readonly webhookSubscriptions: readonly string[];
  /** Draft-07 schema whose `definitions` hold the models. */
  readonly json_schema: Readonly<Record<string, unknown>> | null;
  readonly features: readonly string[];
  /** On-event functions: what they run on. */
  readonly event: string | null;
}

/** A function as it runs now. */
export interface DeployedFunction {
  readonly id: FunctionId;
  readonly environmentId: EnvironmentId;
  readonly integrationId: IntegrationId;
  readonly providerConfigKey: string;
  /** Name of the integration's provider in the catalogue. */
  readonly provider: string;
  readonly type: FunctionType;
  readonly name: string;
  readonly enabled: boolean;
  readonly source: FunctionSource;
  readonly version: string;
  /** SHA-256 hex of the compiled bundle: `codeKey(bundleHash)` in the object store. */
  readonly bundleHash: string;
  /** SHA-256 hex of the TypeScript source. */
  readonly sourceHash: string;
  /** Same as `definition.models`. */
  readonly models: readonly string[];
  readonly definition: FunctionDefinition;
  readonly sdkVersion: string | null;
  readonly lastDeployed: Date;
}

/** A function of a deploy, before it has an id and a version. */
export interface IncomingFunction {
  readonly integrationId: IntegrationId;
  readonly providerConfigKey: string;
  readonly type: FunctionType;
  readonly name: string;
  /** Chosen by the author; empty for the next number. */
  readonly version: string;
  readonly bundleHash: string;
  readonly sourceHash: string;
  readonly definition: FunctionDefinition;
}

export interface FunctionFilters {
  readonly integrationId?: IntegrationId | undefined;
  readonly type?: FunctionType | undefined;
  readonly name?: string | undefined;
  /** Part of the name, in any case. */
  readonly search?: string | undefined;
}

/** Which slice of a list: `page` counts from 0. */
export interface Paging {
  readonly page: number;
  readonly limit: number;
}

/** A slice of a list, and how long the list is. */
export interface Page<Item> {
  readonly items: Item[];
  readonly total: number;
}

/** One deploy of a function, which can be gone back to. */
export interface FunctionVersion {
  readonly id: FunctionVersionId;
  readonly version: string;
  readonly bundleHash: string;
  readonly sourceHash: string;
  readonly definition: FunctionDefinition;
  readonly source: FunctionSource;
  readonly sdkVersion: string | null;
  readonly deployedAt: Date;
  /** Of a roll back: the version whose code came back. */
  readonly restoredFrom: string | null;
  /** Whether it runs now. */
  readonly isCurrent: boolean;
}

/** Names an entry of a function's history: by its id, or by its version, the newest of that version. */
export type FunctionVersionRef = { readonly id: FunctionVersionId } | { readonly version: string };
