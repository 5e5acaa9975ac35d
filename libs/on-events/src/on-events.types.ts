import type { ConnectionRef } from '#libs/credentials';

/** What may happen to a connection. */
export type ConnectionEvent = 'post-connection-creation' | 'pre-connection-deletion' | 'validate-connection';

/** Whose functions are meant. */
export type EventScope = Pick<ConnectionRef, 'environmentId' | 'integrationId'>;
