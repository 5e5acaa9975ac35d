/** What the websocket of the frontend SDK is told (spec/api.md §3.17). */
export interface LiveOutcome {
  readonly message_type: 'success' | 'error';
  readonly provider_config_key?: string;
  readonly connection_id?: string;
  readonly is_pending?: boolean;
  readonly error_type?: string;
  readonly error_desc?: string;
}

const PATIENCE_MS = 15_000;

/** Waits for the outcome of a flow as the frontend SDK does. */
export class LiveResult {
  private constructor(
    readonly clientId: string,
    /** Of the flow that was begun with the client id. */
    readonly outcome: Promise<LiveOutcome>,
    private readonly socket: WebSocket,
  ) {}

  static async listen(baseUrl: string): Promise<LiveResult> {
    const socket = new WebSocket(baseUrl.replace(/^http/, 'ws'));
    const messages = messagesOf(socket);
    const acknowledged = (await next(messages)) as { message_type: string; ws_client_id: string };
    if (acknowledged.message_type !== 'connection_ack') throw new Error(`the first message is ${JSON.stringify(acknowledged)}`);
    const outcome = next(messages) as Promise<LiveOutcome>;
    // Flows that are not ended by the test end without it.
    outcome.catch(() => undefined);
    return new LiveResult(acknowledged.ws_client_id, outcome, socket);
  }

  close(): void {
    this.socket.close();
  }
}

type Messages = AsyncIterator<unknown>;

async function* messagesOf(socket: WebSocket): AsyncGenerator {
  const waiting: unknown[] = [];
  let wake = (): void => undefined;
  socket.addEventListener('message', ({ data }) => {
    waiting.push(JSON.parse(String(data)));
    wake();
  });
  socket.addEventListener('error', () => wake());
  while (socket.readyState <= WebSocket.OPEN || waiting.length > 0) {
    if (waiting.length > 0) yield waiting.shift();
    else await new Promise<void>((resolve) => void (wake = resolve));
  }
}

async function next(messages: Messages): Promise<unknown> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error('the websocket was told nothing')), PATIENCE_MS);
  });
  try {
    const { done, value } = await Promise.race([messages.next(), late]);
    if (done) throw new Error('the websocket was closed');
    return value;
  } finally {
    clearTimeout(timer);
  }
}
