import type { Keyring } from '#libs/crypto';
import type { OutboundPolicy } from '#libs/outbound';
import type { RefreshOrder, RefreshResult } from '../refresh.types.js';

/** What the keeper needs to work; it travels over the pipe between the processes, not in an environment that others can read. */
export interface KeeperSetup {
  readonly databaseUrl: string;
  readonly databaseSsl: boolean;
  readonly redisUrl: string;
  /** For calls to token endpoints. */
  readonly policy: OutboundPolicy;
  /** Address of AWS STS, instead of the region's. */
  readonly stsUrl: string | undefined;
  /** File of authorities that are trusted beside the well-known ones. */
  readonly authorities: string | undefined;
}

export type ToKeeper =
  | { readonly type: 'setup'; readonly setup: KeeperSetup }
  | { readonly type: 'refresh'; readonly id: number; readonly order: RefreshOrder; readonly keyring: Keyring };

export type FromKeeper =
  | { readonly type: 'ready' }
  | { readonly type: 'unusable'; readonly reason: string }
  | { readonly type: 'result'; readonly id: number; readonly result: RefreshResult };
