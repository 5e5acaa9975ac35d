import type { AuthSubject, Credentials } from '#libs/auth-modes';
import type { Config } from './connect.types.js';

/**
 * Asks a provider for what its API needs to know of a new connection, such as the id of a site (spec/auth.md §3.8). Answers fields to
 * add to the connection's configuration.
 */
export type PostConnection = (subject: AuthSubject, credentials: Credentials) => Promise<Config>;

/** Injection token of `PostConnection`. */
export const POST_CONNECTION = Symbol('post-connection');
