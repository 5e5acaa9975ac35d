import { expect } from 'vitest';
import { startUpstream, type Upstream } from '#libs/testing';

/** An auth webhook (spec/api.md §6.3). */
export interface AuthHook {
  readonly type: string;
  readonly operation: string;
  readonly success: boolean;
  readonly connectionId: string;
  readonly providerConfigKey: string;
  readonly authMode: string;
  readonly provider: string;
  readonly environment: string;
  readonly error?: { type: string; description: string };
  readonly endUser?: { endUserId: string };
  readonly tags?: Record<string, string>;
}

/** The customer's webhook address. */
export class Hooks {
  private constructor(private readonly upstream: Upstream) {}

  static async listen(): Promise<Hooks> {
    const upstream = await startUpstream();
    upstream.on('POST', '/hook', () => ({ status: 200, body: {} }));
    return new Hooks(upstream);
  }

  get url(): string {
    return `${this.upstream.url}/hook`;
  }

  /** All that came for an integration so far. */
  of(key: string): AuthHook[] {
    return this.upstream.requests
      .map(({ json }) => json as AuthHook)
      .filter(({ providerConfigKey }) => providerConfigKey === key);
  }

  /** Waits for a webhook. */
  async expect(key: string, wanted: Partial<AuthHook>): Promise<void> {
    await expect.poll(() => this.of(key), { timeout: 15_000 }).toContainEqual(expect.objectContaining(wanted));
  }

  close(): Promise<void> {
    return this.upstream.close();
  }
}
