import { createHash } from 'node:crypto';
import type { ConnectionLease } from '#libs/contracts';
import type { OutboundRequest } from '#libs/proxy';
import { endpointClass, slotOf } from './endpoint-class.js';

/** Hosts of one connection are told apart up to this number; more of them share, so that no caller can make buckets without end. */
const HOST_SLOTS = 16;

interface Subject {
  /** Where all buckets of the connection begin. */
  readonly base: string;
  readonly provider: string;
  readonly ownClasses: string | undefined;
  /** `connection`, unless the limit is the app's and all its connections share it. */
  readonly isShared: boolean;
  /** The bucket asked for last: calls of a connection mostly go to one place. */
  last: { readonly origin: string; readonly class: string; readonly bucket: string } | undefined;
}

/** A lease is read-only, so what follows from it is worked out once. */
const known = new WeakMap<ConnectionLease, Subject>();

/**
 * The bucket a request counts in: of its connection, or of its integration where `custom.rateLimitScope` is `integration`; per host
 * and endpoint class. Bounded: a connection has at most 16 hosts times as many classes as its provider's rule.
 */
export function bucketOf(
  environmentId: number,
  lease: ConnectionLease,
  request: Pick<OutboundRequest, 'origin' | 'path'>,
): string {
  const subject = subjectOf(environmentId, lease);
  const { origin } = request;
  const name = endpointClass(subject.provider, request.path, subject.ownClasses);
  if (subject.last?.origin !== origin || subject.last.class !== name)
    subject.last = { origin, class: name, bucket: `${subject.base}:${slotOf(origin, HOST_SLOTS)}:${name}` };
  return subject.last.bucket;
}

/** Who waits: connections that share a limit take turns, as the callers of one connection do. */
export function callerIn(environmentId: number, lease: ConnectionLease, caller: string): string {
  const { isShared } = subjectOf(environmentId, lease);
  return isShared ? `${caller}@${connectionOf(lease)}` : caller;
}

/** The id customers know the connection by. */
export function connectionOf({ connection }: ConnectionLease): string {
  const id = connection['connection_id'];
  return typeof id === 'string' ? id : '';
}

function subjectOf(environmentId: number, lease: ConnectionLease): Subject {
  const found = known.get(lease);
  if (found) return found;
  const { integration } = lease;
  const isShared = integration.custom['rateLimitScope'] === 'integration';
  const identity = JSON.stringify([integration.uniqueKey, isShared ? null : connectionOf(lease)]);
  const subject: Subject = {
    base: `${environmentId}:${createHash('sha256').update(identity).digest('base64url').slice(0, 22)}`,
    provider: integration.provider,
    ownClasses: integration.custom['rateLimitClasses'],
    isShared,
    last: undefined,
  };
  known.set(lease, subject);
  return subject;
}
