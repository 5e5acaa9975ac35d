import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { App } from './app.js';
import { toProblem } from './domain/problem.js';
import { startOptions } from './domain/start-options.js';
import { HostPage } from './host/host-page.js';
import { startI18n } from './i18n/i18n.js';
import { chooseLanguage } from './i18n/languages.js';
import './styles.css';

const configuredApiUrl = document.querySelector<HTMLMetaElement>('meta[name="fairlead-api-url"]')?.content ?? '';
const options = startOptions(window.location.search, configuredApiUrl, window.parent !== window);
const host = options.framed ? new HostPage(window, window.parent) : undefined;

/** A refusal stays one; only a lost request is worth a second try. */
const isWorthRetrying = (failures: number, error: unknown) => failures < 1 && toProblem(error).code === 'unreachable';
const queries = new QueryClient({
  defaultOptions: { queries: { staleTime: Infinity, refetchOnWindowFocus: false, retry: isWorthRetrying, retryDelay: 800 } },
});

document.documentElement.dataset['shown'] = options.framed ? 'framed' : 'alone';
await startI18n(chooseLanguage([options.language, ...navigator.languages]));
createRoot(document.querySelector('#root') as HTMLElement).render(
  <StrictMode>
    <QueryClientProvider client={queries}>
      <App options={options} host={host} />
    </QueryClientProvider>
  </StrictMode>,
);
