/** What functions import from `nango`, as spec/functions.md §1 and §2 describe it. Written for Fairlead. */
import type { z } from 'zod';

export type MaybePromise<T> = T | Promise<T>;
export type HttpMethod = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
export type ZodMetadata = z.ZodObject | z.ZodVoid;
export type CheckpointValue = string | number | boolean;
export type Checkpoint = Record<string, CheckpointValue>;
export type ZodCheckpoint = z.ZodObject;
export type ZodModel = z.ZodObject<{ id: z.ZodString } & z.ZodRawShape>;
type Metadata = Record<string, any>;
type OutputOf<T> = T extends z.ZodType ? z.output<T> : never;
type MetadataOf<T> = [T] extends [z.ZodVoid] ? never : OutputOf<T>;

export interface Endpoint {
  method: HttpMethod;
  path: string;
  group?: string | undefined;
}

export type LogLevel = 'debug' | 'info' | 'warn' | 'error' | 'off' | 'http' | 'verbose' | 'silly';

export interface CursorPagination {
  type: 'cursor';
  cursor_name_in_request: string;
  cursor_path_in_response: string;
}
export interface LinkPagination {
  type: 'link';
  link_rel_in_response_header?: string;
  link_path_in_response_body?: string;
}
export interface OffsetPagination {
  type: 'offset';
  offset_name_in_request: string;
  offset_start_value?: number;
  offset_calculation_method?: 'per-page' | 'by-response-size';
}
interface PageOptions {
  limit?: number;
  response_path?: string;
  limit_name_in_request?: string;
  in_body?: boolean;
  on_page?: (state: { nextPageParam?: string | number | undefined; response: NangoResponse<any> }) => Promise<void>;
}
export type Pagination = (
  | CursorPagination
  | LinkPagination
  | OffsetPagination
  | (Partial<Omit<CursorPagination, 'type'>> &
      Partial<Omit<LinkPagination, 'type'>> &
      Partial<Omit<OffsetPagination, 'type'>> & { type?: string })
) &
  PageOptions;

export interface ProxyConfiguration {
  endpoint: string;
  method?: HttpMethod | 'get' | 'post' | 'put' | 'patch' | 'delete';
  headers?: Record<string, any>;
  params?: string | Record<string, string | number | boolean | readonly (string | number)[] | undefined>;
  data?: unknown;
  retries?: number;
  retryOn?: number[] | null;
  retryHeader?: { at?: string | string[]; after?: string | string[] };
  baseUrlOverride?: string | null;
  decompress?: boolean;
  responseType?: 'arraybuffer' | 'blob' | 'document' | 'json' | 'text' | 'stream';
  forwardHeadersOnRedirect?: boolean;
  paginate?: Pagination;
  providerConfigKey?: string;
  connectionId?: string;
}
type Call = Omit<ProxyConfiguration, 'method'>;

export interface NangoResponse<T = any> {
  data: T;
  status: number;
  statusText: string;
  headers: Record<string, any>;
  config: any;
  request?: any;
}

export interface NangoConnection {
  id: number;
  connection_id: string;
  provider_config_key: string;
  provider: string;
  connection_config: Record<string, any>;
  metadata: Metadata;
  credentials: any;
  tags?: Record<string, string>;
  created_at: string;
  updated_at: string;
  [field: string]: any;
}

export interface NangoIntegration {
  unique_key: string;
  provider: string;
  display_name: string;
  logo: string;
  webhook_url?: string | null;
  credentials?: any;
  created_at: string;
  updated_at: string;
}

export declare class ActionError<T = Record<string, unknown>> extends Error {
  type: string;
  payload?: T;
  constructor(payload?: T);
}

/** Code that takes an action's or a sync's object alike declares this. */
export declare class NangoAction<TMetadata = any, TCheckpoint = any> {
  readonly connectionId: string;
  readonly providerConfigKey: string;
  readonly provider?: string;
  readonly environmentId: number;
  readonly environmentName?: string;
  readonly accountId?: number;
  readonly activityLogId: string;
  readonly syncId?: string;
  readonly syncJobId?: number;
  readonly nangoConnectionId?: number;
  readonly scriptType: string;
  readonly isCLI?: boolean;
  readonly logger: { level: LogLevel };
  ActionError: typeof ActionError;

  proxy<T = any>(config: ProxyConfiguration): Promise<NangoResponse<T>>;
  get<T = any>(config: Call): Promise<NangoResponse<T>>;
  post<T = any>(config: Call): Promise<NangoResponse<T>>;
  put<T = any>(config: Call): Promise<NangoResponse<T>>;
  patch<T = any>(config: Call): Promise<NangoResponse<T>>;
  delete<T = any>(config: Call): Promise<NangoResponse<T>>;
  paginate<T = any>(config: ProxyConfiguration): AsyncGenerator<T[], undefined, void>;
  uncontrolledFetch(options: {
    url: URL;
    method?: string;
    headers?: Record<string, string> | Headers;
    body?: string | null;
  }): Promise<Response>;

  getConnection(
    providerConfigKey?: string,
    connectionId?: string,
    options?: { forceRefresh?: boolean; refreshToken?: boolean; refreshGithubAppJwtToken?: boolean },
  ): Promise<NangoConnection>;
  getToken(): Promise<any>;
  getMetadata<T = TMetadata>(): Promise<T>;
  setMetadata(metadata: unknown extends TMetadata ? Metadata : TMetadata): Promise<NangoResponse>;
  updateMetadata(metadata: unknown extends TMetadata ? Metadata : Partial<TMetadata>): Promise<NangoResponse>;
  getIntegration(query?: { include?: ('webhook' | 'credentials')[] }): Promise<NangoIntegration>;
  getWebhookURL(): Promise<string | null | undefined>;
  getEnvironmentVariables(): Promise<{ name: string; value: string }[] | null>;
  /** @deprecated */
  getFieldMapping(): Promise<Metadata>;
  /** @deprecated */
  setFieldMapping(mapping: Record<string, string>): Promise<NangoResponse>;

  triggerAction<Out = unknown, In = unknown>(
    providerConfigKey: string,
    connectionId: string,
    actionName: string,
    input?: In,
  ): Promise<Out>;
  triggerSync(
    providerConfigKey: string,
    connectionId: string,
    sync: string | { name: string; variant: string },
    mode?: 'incremental' | 'full_refresh' | 'full_refresh_and_clear_cache' | boolean | { reset?: boolean; emptyCache?: boolean },
  ): Promise<void | string>;
  startSync(
    providerConfigKey: string,
    syncs: (string | { name: string; variant: string })[],
    connectionId?: string,
  ): Promise<void>;

  getCheckpoint(): Promise<TCheckpoint | null>;
  saveCheckpoint(checkpoint: TCheckpoint): Promise<void>;
  clearCheckpoint(): Promise<void>;
  tryAcquireLock(lock: { key: string; ttlMs: number }): Promise<boolean>;
  releaseLock(lock: { key: string }): Promise<boolean>;
  releaseAllLocks(): Promise<void>;

  log(...args: any[]): Promise<void>;
  setLogger(logger: { level: LogLevel }): void;
  zodValidateInput<T extends z.ZodType>(options: { zodSchema: T; input: unknown }): Promise<{ success: true; data: z.output<T> }>;
}

type NameIn<TModels> = Extract<keyof TModels, string>;
type RecordIn<TModels, Name extends keyof TModels> = OutputOf<TModels[Name]>;
type WithId = { id: string | number };
type Stored<T> = T & { _nango_metadata: Record<string, any> };

export declare class NangoSync<TModels = any, TMetadata = any, TCheckpoint = any> extends NangoAction<TMetadata, TCheckpoint> {
  readonly variant: string;
  /** @deprecated use checkpoints */
  readonly lastSyncDate?: Date;
  readonly track_deletes?: boolean;
  readonly emptyCache?: boolean;

  batchSave<Name extends NameIn<TModels>>(records: RecordIn<TModels, Name>[], model: Name): Promise<boolean>;
  /** @deprecated */
  batchSend<Name extends NameIn<TModels>>(records: RecordIn<TModels, Name>[], model: Name): Promise<boolean>;
  batchUpdate<Name extends NameIn<TModels>>(
    records: (Partial<RecordIn<TModels, Name>> & WithId)[],
    model: Name,
  ): Promise<boolean>;
  batchDelete<Name extends NameIn<TModels>>(
    records: (Partial<RecordIn<TModels, Name>> & WithId & { deletedAt?: string | Date })[],
    model: Name,
  ): Promise<boolean>;
  getRecordsByIds<Id = string | number, T = any>(ids: Id[], model: NameIn<TModels>): Promise<Map<Id, Stored<T>>>;
  listRecords<Name extends NameIn<TModels>>(
    model: Name,
    options?: { cursor?: string },
  ): AsyncGenerator<Stored<RecordIn<TModels, Name>>>;
  setMergingStrategy(merging: { strategy: 'override' | 'ignore_if_modified_after' }, model: NameIn<TModels>): Promise<void>;
  trackDeletesStart(model: NameIn<TModels>): Promise<void>;
  trackDeletesEnd(model: NameIn<TModels>): Promise<{ deletedKeys: string[] }>;
  /** @deprecated */
  deleteRecordsFromPreviousExecutions(model: NameIn<TModels>): Promise<{ deletedKeys: string[] }>;
}

interface Facts {
  description: string;
  version?: string;
  scopes?: string[];
}

export interface SyncOptions<
  TModels extends Record<string, ZodModel>,
  TMetadata extends ZodMetadata | undefined,
  TCheckpoint extends ZodCheckpoint | undefined,
> extends Facts {
  frequency: string;
  models: TModels;
  autoStart?: boolean;
  syncType?: 'full' | 'incremental';
  trackDeletes?: boolean;
  endpoints?: Endpoint[];
  webhookSubscriptions?: string[];
  metadata?: TMetadata;
  checkpoint?: TCheckpoint;
  exec: (nango: NangoSync<TModels, MetadataOf<TMetadata>, OutputOf<TCheckpoint>>) => MaybePromise<void>;
  onWebhook?: (nango: NangoSync<TModels, MetadataOf<TMetadata>, OutputOf<TCheckpoint>>, payload: any) => MaybePromise<void>;
}

export interface ActionOptions<
  TInput extends z.ZodType,
  TOutput extends z.ZodType,
  TMetadata extends ZodMetadata | undefined,
  TCheckpoint extends ZodCheckpoint | undefined,
> extends Facts {
  input: TInput;
  output: TOutput;
  endpoint?: Endpoint;
  metadata?: TMetadata;
  checkpoint?: TCheckpoint;
  exec: (
    nango: NangoAction<MetadataOf<TMetadata>, OutputOf<TCheckpoint>>,
    input: z.output<TInput>,
  ) => MaybePromise<z.output<TOutput>>;
}

export interface OnEventOptions<
  TMetadata extends ZodMetadata | undefined,
  TCheckpoint extends ZodCheckpoint | undefined,
> extends Facts {
  event: 'post-connection-creation' | 'pre-connection-deletion' | 'validate-connection';
  metadata?: TMetadata;
  checkpoint?: TCheckpoint;
  exec: (nango: NangoAction<MetadataOf<TMetadata>, OutputOf<TCheckpoint>>) => MaybePromise<void>;
}

export declare function createSync<
  TModels extends Record<string, ZodModel>,
  TMetadata extends ZodMetadata | undefined = undefined,
  TCheckpoint extends ZodCheckpoint | undefined = undefined,
>(options: SyncOptions<TModels, TMetadata, TCheckpoint>): SyncOptions<TModels, TMetadata, TCheckpoint> & { type: 'sync' };

export declare function createAction<
  TInput extends z.ZodType,
  TOutput extends z.ZodType,
  TMetadata extends ZodMetadata | undefined = undefined,
  TCheckpoint extends ZodCheckpoint | undefined = undefined,
>(
  options: ActionOptions<TInput, TOutput, TMetadata, TCheckpoint>,
): ActionOptions<TInput, TOutput, TMetadata, TCheckpoint> & { type: 'action' };

export declare function createOnEvent<
  TMetadata extends ZodMetadata | undefined = undefined,
  TCheckpoint extends ZodCheckpoint | undefined = undefined,
>(options: OnEventOptions<TMetadata, TCheckpoint>): OnEventOptions<TMetadata, TCheckpoint> & { type: 'onEvent' };
