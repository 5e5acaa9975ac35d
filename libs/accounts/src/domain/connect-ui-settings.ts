/** How the Connect UI looks in an environment (spec/auth.md §7.4). */
export interface ConnectUiSettings {
  readonly theme: { readonly light: { readonly primary: string }; readonly dark: { readonly primary: string } };
  readonly defaultTheme: 'light' | 'dark' | 'system';
  readonly showWatermark: boolean;
}

/** Absent parts stay. */
export interface ConnectUiChanges {
  readonly theme?:
    | { readonly light?: { readonly primary: string } | undefined; readonly dark?: { readonly primary: string } | undefined }
    | undefined;
  readonly defaultTheme?: ConnectUiSettings['defaultTheme'] | undefined;
  readonly showWatermark?: boolean | undefined;
}

const PRIMARY = { primary: '#00B2E3' };
const DEFAULTS: ConnectUiSettings = { theme: { light: PRIMARY, dark: PRIMARY }, defaultTheme: 'system', showWatermark: true };

/** Settings after changes. */
export const mergeConnectUi = (stored: ConnectUiChanges, changes: ConnectUiChanges): ConnectUiChanges => ({
  theme: { light: changes.theme?.light ?? stored.theme?.light, dark: changes.theme?.dark ?? stored.theme?.dark },
  defaultTheme: changes.defaultTheme ?? stored.defaultTheme,
  showWatermark: changes.showWatermark ?? stored.showWatermark,
});

/** Stored settings with defaults for what was never set. */
export const connectUiOf = (stored: ConnectUiChanges): ConnectUiSettings => ({
  theme: { light: stored.theme?.light ?? DEFAULTS.theme.light, dark: stored.theme?.dark ?? DEFAULTS.theme.dark },
  defaultTheme: stored.defaultTheme ?? DEFAULTS.defaultTheme,
  showWatermark: stored.showWatermark ?? DEFAULTS.showWatermark,
});
