/** Characters that go at once: more at a time would be held twice, as they are and as what they are sent as. */
const MAX_CHARS = 256 * 1024;

/** What is to be sent leaves together, in order, at the end of a turn of the event loop: each sending is a system call, and wakes the other side. */
export class Outbox<Message> {
  #messages: Message[] = [];
  #chars = 0;

  constructor(private readonly send: (messages: readonly Message[]) => void) {}

  /** @param chars about how long the message is, where it can be long */
  put(message: Message, chars = 0): void {
    this.#messages.push(message);
    this.#chars += chars;
    if (this.#chars > MAX_CHARS) this.#flush();
    else if (this.#messages.length === 1) setImmediate(() => this.#flush());
  }

  #flush(): void {
    if (this.#messages.length === 0) return;
    const messages = this.#messages;
    this.#messages = [];
    this.#chars = 0;
    this.send(messages);
  }
}
