/** What the page that ends an authorization says to the window that began it (spec/auth.md §3.6). */
export type CallbackMessage =
  | { readonly type: 'nango_oauth_callback_success' }
  | {
      readonly type: 'nango_oauth_callback_error';
      readonly payload?: { readonly message?: string; readonly errorType?: string };
    };

const CHANNEL = 'nango-oauth-callback';
const ACK = { type: 'nango_oauth_callback_ack' };

/**
 * Listens for the end of the authorization in a popup, and answers so that the popup closes.
 * A message of the popup counts when it comes from the API's origin. On the channel, which reaches every tab of this origin, nothing says
 * whose authorization ended: that counts only where the browser cut the popup off from us.
 * @returns stops listening
 */
export function onCallbackMessage(apiOrigin: string, popup: Window, listener: (message: CallbackMessage) => void): () => void {
  const channel = new BroadcastChannel(CHANNEL);
  const onMessage = (event: MessageEvent<unknown>) => {
    if (event.origin !== apiOrigin || event.source !== popup || !isCallback(event.data)) return;
    listener(event.data);
    popup.postMessage(ACK, apiOrigin);
  };
  channel.addEventListener('message', (event: MessageEvent<unknown>) => {
    if (!popup.closed || !isCallback(event.data)) return;
    listener(event.data);
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a channel is of one origin
    channel.postMessage(ACK);
  });
  window.addEventListener('message', onMessage);
  return () => {
    window.removeEventListener('message', onMessage);
    channel.close();
  };
}

function isCallback(data: unknown): data is CallbackMessage {
  const type = (data as { type?: unknown } | null)?.type;
  return type === 'nango_oauth_callback_success' || type === 'nango_oauth_callback_error';
}
