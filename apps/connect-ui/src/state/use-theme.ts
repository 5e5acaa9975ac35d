import { useEffect, useSyncExternalStore } from 'react';
import type { ConnectUiSettings, ThemeName } from '../api/wire.js';
import { brandColours } from '../domain/brand-colours.js';

/** The surfaces of styles.css that the brand's colours are seen on. */
const SURFACES = { light: '#ffffff', dark: '#171a20' } as const;
const DEFAULT_PRIMARY = '#00B2E3';
const prefersDark = window.matchMedia('(prefers-color-scheme: dark)');

function subscribe(listener: () => void): () => void {
  prefersDark.addEventListener('change', listener);
  return () => prefersDark.removeEventListener('change', listener);
}

/** Puts the theme and the brand's colours on the document; what the address asks for beats the environment's default. */
export function useTheme(asked: ThemeName | undefined, settings: ConnectUiSettings | undefined): void {
  const systemIsDark = useSyncExternalStore(subscribe, () => prefersDark.matches);
  const wanted = asked ?? settings?.defaultTheme ?? 'system';
  const theme = wanted === 'light' || wanted === 'dark' ? wanted : systemIsDark ? 'dark' : 'light';
  const primary = settings?.theme[theme].primary ?? DEFAULT_PRIMARY;
  useEffect(() => {
    const root = document.documentElement;
    const colours = brandColours(primary, SURFACES[theme]);
    root.dataset['theme'] = theme;
    root.style.setProperty('--brand', colours.primary);
    root.style.setProperty('--brand-fill', colours.fill);
    root.style.setProperty('--brand-on-fill', colours.onFill);
    root.style.setProperty('--brand-ink', colours.ink);
  }, [theme, primary]);
}
