import { Problem } from '../domain/problem.js';
import { onCallbackMessage } from './callback-messages.js';
import type { Connected } from './wire.js';

const POLL_MS = 500;
/** A server that does not greet by then is out of reach. */
const GREETING_WITHIN_MS = 15_000;
/** The result follows the closing page by the socket; longer than that it is lost. */
const RESULT_WITHIN_MS = 10_000;

export interface PopupFlow {
  readonly apiUrl: string;
  readonly websocketsPath: string;
  /** Blank window, opened by the click itself. */
  readonly popup: Window;
  /** Where the popup goes, given the id of our socket. */
  readonly address: (socketId: string) => string;
  /** Whether a closed window ends the attempt; else `onClosed` is only told. */
  readonly detectClosed: boolean;
  readonly onClosed: () => void;
  readonly signal: AbortSignal;
}

type SocketMessage =
  | { readonly message_type: 'connection_ack'; readonly ws_client_id: string }
  | {
      readonly message_type: 'success';
      readonly provider_config_key: string;
      readonly connection_id: string;
      readonly is_pending?: boolean;
    }
  | { readonly message_type: 'error'; readonly error_type: string; readonly error_desc: string };

/** Waits while a person authorizes in a popup; the result comes by a socket of the API (spec/auth.md §3.5). @throws Problem */
export function runPopupFlow(flow: PopupFlow): Promise<Connected> {
  return new Promise((resolve, reject) => new PopupAttempt(flow, resolve, reject));
}

class PopupAttempt {
  readonly #socket: WebSocket;
  /** Ends all listening and waiting. */
  readonly #over = new AbortController();
  #noticedClosed = false;
  #hasBegun = false;

  constructor(
    private readonly flow: PopupFlow,
    private readonly resolve: (connected: Connected) => void,
    private readonly reject: (problem: Problem) => void,
  ) {
    const { signal } = this.#over;
    this.#socket = new WebSocket(socketUrl(flow.apiUrl, flow.websocketsPath));
    const onMessage = (event: MessageEvent<string>) => this.#onResult(JSON.parse(event.data) as SocketMessage);
    this.#socket.addEventListener('message', onMessage, { signal });
    this.#socket.addEventListener('close', () => this.#lose(), { signal });
    flow.signal.addEventListener('abort', () => this.#fail(new Problem('aborted')), { signal });
    this.#failAfter(GREETING_WITHIN_MS, () => !this.#hasBegun);
    const poll = setInterval(() => this.#checkClosed(), POLL_MS);
    const stop = onCallbackMessage(new URL(flow.apiUrl).origin, flow.popup, (message) => this.#onCallback(message));
    signal.addEventListener('abort', () => {
      clearInterval(poll);
      stop();
      this.#socket.close();
    });
  }

  #onResult(message: SocketMessage): void {
    if (message.message_type === 'connection_ack') {
      this.#hasBegun = true;
      this.flow.popup.location.href = this.flow.address(message.ws_client_id);
    } else if (message.message_type === 'success') {
      this.#over.abort();
      this.resolve({
        providerConfigKey: message.provider_config_key,
        connectionId: message.connection_id,
        isPending: message.is_pending ?? false,
      });
    } else {
      this.#fail(new Problem(message.error_type, message.error_desc));
    }
  }

  #onCallback(message: Parameters<Parameters<typeof onCallbackMessage>[2]>[0]): void {
    if (message.type === 'nango_oauth_callback_error') {
      const { errorType, message: text } = message.payload ?? {};
      this.#fail(new Problem(errorType ?? 'connection_validation_failed', text ?? ''));
      return;
    }
    // The window closes itself now, and that is no giving up.
    this.#noticedClosed = true;
    this.#failAfter(RESULT_WITHIN_MS, () => true);
  }

  #failAfter(ms: number, stillWaits: () => boolean): void {
    const timer = setTimeout(() => stillWaits() && this.#lose(), ms);
    this.#over.signal.addEventListener('abort', () => clearTimeout(timer));
  }

  #lose(): void {
    this.#fail(new Problem(this.#hasBegun ? 'connection_lost' : 'unreachable'));
  }

  #checkClosed(): void {
    if (this.#noticedClosed || !this.flow.popup.closed) return;
    this.#noticedClosed = true;
    this.flow.onClosed();
    if (this.flow.detectClosed) this.#fail(new Problem('window_closed'));
  }

  #fail(problem: Problem): void {
    this.#over.abort();
    this.flow.popup.close();
    this.reject(problem);
  }
}

/** As published clients form it: an absolute path replaces the API's own (spec/api.md §4.2). */
function socketUrl(apiUrl: string, path: string): string {
  const url = new URL(path, apiUrl);
  url.protocol = url.protocol === 'https:' ? 'wss:' : 'ws:';
  return url.href;
}
