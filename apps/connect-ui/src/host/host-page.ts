import type { Connected, ConnectUiSettings } from '../api/wire.js';

/** What this page tells the one that embeds it (spec/auth.md §7.2). */
export type HostEvent =
  | { readonly type: 'ready' }
  | { readonly type: 'close' }
  | { readonly type: 'connect'; readonly payload: Connected }
  | { readonly type: 'error'; readonly payload: { readonly errorType: string; readonly errorMessage: string } };

export interface HostListener {
  onSessionToken(token: string): void;
  onSettings(settings: ConnectUiSettings): void;
}

/** The page around this one. Only its own messages count, and what is told it goes to its origin alone, as soon as that is known. */
export class HostPage {
  #origin: string | undefined;

  constructor(
    private readonly self: Window,
    private readonly parent: Window,
  ) {
    this.#origin = self.location.ancestorOrigins?.[0] ?? originOf(self.document.referrer);
  }

  /** @returns stops listening */
  listen(listener: HostListener): () => void {
    const onMessage = (event: MessageEvent<unknown>) => {
      if (!this.#isOfHost(event)) return;
      const message = event.data as { type?: unknown; sessionToken?: unknown; payload?: unknown } | null;
      if (message?.type === 'session_token' && typeof message.sessionToken === 'string') {
        this.#origin = event.origin;
        listener.onSessionToken(message.sessionToken);
      }
      if (message?.type === 'settings_changed' && isSettings(message.payload)) listener.onSettings(message.payload);
    };
    this.self.addEventListener('message', onMessage);
    return () => this.self.removeEventListener('message', onMessage);
  }

  tell(event: HostEvent): void {
    // A page without an origin of its own (a file, a sandbox) can be addressed in no other way.
    this.parent.postMessage(event, this.#origin === undefined || this.#origin === 'null' ? '*' : this.#origin);
  }

  #isOfHost(event: MessageEvent<unknown>): boolean {
    const expected = this.self.location.ancestorOrigins?.[0];
    return event.source === this.parent && (expected === undefined || event.origin === expected);
  }
}

function originOf(url: string): string | undefined {
  return URL.canParse(url) ? new URL(url).origin : undefined;
}

function isSettings(payload: unknown): payload is ConnectUiSettings {
  const { theme } = (payload ?? {}) as Partial<ConnectUiSettings>;
  return typeof theme?.light?.primary === 'string' && typeof theme.dark?.primary === 'string';
}
