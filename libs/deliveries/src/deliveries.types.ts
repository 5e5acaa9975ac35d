import type { ConnectionRowId, DeliveryId, EnvironmentId } from '#libs/kernel';

/** Kinds of outgoing webhooks (spec/api.md §6.3-6.6). */
export type DeliveryType = 'auth' | 'sync' | 'forward' | 'async_action';

export interface NewDelivery {
  readonly environmentId: EnvironmentId;
  /** Row id of the connection the event is about: where it names a webhook URL of its own, only that one is called. */
  readonly connectionRowId?: ConnectionRowId | undefined;
  readonly type: DeliveryType;
  /** Becomes the body: JSON with sorted keys. */
  readonly payload: unknown;
  /** Instead of the URLs of connection and environment. */
  readonly urls?: readonly string[] | undefined;
  /** Operation the attempts are logged under. */
  readonly operationId?: string | undefined;
}

/** A delivery whose next attempt is this caller's to make. */
export interface ClaimedDelivery {
  readonly id: DeliveryId;
  readonly environmentId: EnvironmentId;
  readonly url: string;
  readonly body: string;
  readonly operationId: string | null;
}

/** What an attempt came to; an error means that there was no answer. */
export type Attempted = { readonly status: number } | { readonly error: string; readonly refused: boolean };
