/** What the API answers, as far as this page reads it (spec/api.md §3.1, §3.2, §3.5). */

/** One input that the catalogue describes (spec/auth.md §1.5). */
export interface InputField {
  readonly type: 'string';
  readonly title: string;
  readonly description: string;
  readonly example?: string;
  readonly pattern?: string;
  readonly format?: 'hostname' | 'uri' | 'uuid' | 'email';
  readonly enum?: readonly string[];
  readonly warnings?: Readonly<Record<string, string>>;
  readonly order?: number;
  readonly default_value?: string;
  readonly optional?: boolean;
  readonly secret?: boolean;
  readonly hidden?: boolean;
  readonly automated?: boolean;
  readonly prefix?: string;
  readonly suffix?: string;
  readonly doc_section?: string;
  readonly visible_when?: { readonly field: string; readonly equals: string };
}

export type InputFields = Readonly<Record<string, InputField>>;

export interface Provider {
  readonly name: string;
  readonly display_name: string;
  readonly auth_mode: string;
  readonly logo_url: string;
  readonly docs_connect?: string;
  readonly installation?: string;
  readonly require_client_certificate?: boolean;
  readonly credentials?: InputFields;
  readonly connection_config?: InputFields;
  readonly integration_config?: InputFields;
  readonly assertion_option?: InputFields;
}

export interface Integration {
  readonly unique_key: string;
  readonly provider: string;
  readonly display_name: string;
  readonly logo: string;
  readonly credentials_label?: Readonly<Record<string, string>>;
  readonly preconfigured_credentials?: readonly string[];
}

export type ThemeName = 'light' | 'dark' | 'system';

export interface ConnectUiSettings {
  readonly theme: { readonly light: { readonly primary: string }; readonly dark: { readonly primary: string } };
  readonly defaultTheme: ThemeName;
  readonly showWatermark: boolean;
}

export interface ConnectSession {
  readonly connectUISettings: ConnectUiSettings;
  readonly allowed_integrations?: readonly string[];
  readonly integrations_config_defaults?: Readonly<
    Record<string, { readonly connection_config?: Readonly<Record<string, unknown>> }>
  >;
  readonly isReconnecting?: boolean;
  readonly overrides?: Readonly<Record<string, { readonly docs_connect?: string }>>;
  readonly websocketsPath?: string;
}

/** A connection that was made; `isPending` where the provider completes it later. */
export interface Connected {
  readonly providerConfigKey: string;
  readonly connectionId: string;
  readonly isPending?: boolean;
}
