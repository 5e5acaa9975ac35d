import { createRequire } from 'node:module';

/** What these tests use of the connection that `@nangohq/node` answers with. */
export interface PublishedConnection {
  readonly id: number;
  readonly connection_id: string;
  readonly provider_config_key: string;
  readonly provider: string;
  readonly connection_config: Record<string, unknown>;
  readonly credentials: Record<string, unknown> & { readonly type?: string };
  readonly end_user: unknown;
  readonly tags: Record<string, string>;
  readonly errors: { type: string; log_id: string }[];
}

interface Place {
  readonly providerConfigKey: string;
  readonly connectionId: string;
}

export interface SessionOptions {
  readonly end_user?: Readonly<Record<string, unknown>>;
  readonly allowed_integrations?: readonly string[];
  readonly integrations_config_defaults?: Readonly<Record<string, unknown>>;
  readonly webhook_url_override?: string;
  readonly tags?: Readonly<Record<string, string>>;
}

/** `Nango` of `@nangohq/node`, as far as it is used here. */
export interface PublishedClient {
  createIntegration(body: object): Promise<{ data: { unique_key: string } }>;
  createConnectSession(body: SessionOptions): Promise<{ data: { token: string; connect_link: string } }>;
  createReconnectSession(body: object): Promise<{ data: { token: string; connect_link: string } }>;
  getConnection(key: string, id: string, force?: boolean, refreshToken?: boolean): Promise<PublishedConnection>;
  getToken(key: string, id: string, force?: boolean): Promise<unknown>;
  deleteConnection(key: string, id: string): Promise<unknown>;
  proxy(
    config: Place & {
      endpoint: string;
      method?: string;
      headers?: Record<string, string>;
      data?: unknown;
      baseUrlOverride?: string;
      retries?: number;
    },
  ): Promise<{ status: number; data: unknown }>;
}

/** The published clients are installed by themselves, since they are not ours: `test/compat`. */
const compat = createRequire(new URL('../../compat/package.json', import.meta.url));

/** The entry of a published package. @throws Error when it is not there */
export function published(name: string): string {
  try {
    return compat.resolve(name);
  } catch (cause) {
    throw new Error(`${name} is not installed: run \`npm install\` in test/compat, as \`npm test\` does`, { cause });
  }
}

export const { Nango } = compat(published('@nangohq/node')) as {
  Nango: new (options: { host: string; apiKey: string }) => PublishedClient;
};

/** What an error of the published client tells of the answer; anything else is thrown. */
export async function refused(
  call: Promise<unknown>,
): Promise<{ status: number; error: { code: string; [field: string]: unknown } }> {
  try {
    await call;
  } catch (error) {
    const { response } = error as { response?: { status: number; data: { error: { code: string } } } };
    if (response === undefined) throw error;
    return { status: response.status, error: response.data.error };
  }
  throw new Error('the call was not refused');
}
