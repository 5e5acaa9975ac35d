import { Injectable } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import { AuthModes, type AuthSubject, type Freshness, tokenFreshness } from '#libs/auth-modes';
import type { Connection } from '../credentials.types.js';

/** An answer counts this long: asking costs a call to the provider. */
const KEPT_MS = 60_000;
const ANSWERS_KEPT = 10_000;

/** Knows how tokens stand: by their end or, where providers do not say one, by asking them (spec/auth.md §2.3). */
@Injectable()
export class TokenIntrospector {
  readonly #answers = new LRUCache<string, Promise<Freshness>>({ max: ANSWERS_KEPT, ttl: KEPT_MS });

  constructor(private readonly modes: AuthModes) {}

  async freshness(connection: Connection, subject: AuthSubject, now: Date): Promise<Freshness> {
    const { credentials, refresh } = connection;
    const freshness = tokenFreshness(credentials, subject.provider, now, refresh.savedAt);
    return freshness === 'unknown' ? this.#asked(connection, subject) : freshness;
  }

  /** Those who ask at the same time share one question; new credentials are asked about anew. */
  #asked({ id, credentialsVersion, credentials }: Connection, subject: AuthSubject): Promise<Freshness> {
    const key = `${id}.${credentialsVersion}`;
    const known = this.#answers.get(key);
    if (known) return known;
    const asked = this.modes.introspect(subject, credentials);
    if (!asked) return Promise.resolve('unknown');
    this.#answers.set(key, asked);
    return asked;
  }
}
