import { subscribe } from 'node:diagnostics_channel';
import type { Socket } from 'node:net';

interface Sender {
  onSocket(socket: Socket): void;
}

/** The request whose head goes out next: undici writes it in the same turn in which it tells the request that it starts. */
let starting: Sender | undefined;

/** Tells a request that has just started which socket it goes out on; undici says it to nobody but its diagnostics. */
export function tellSocket(sender: Sender): void {
  starting = sender;
}

subscribe('undici:client:sendHeaders', (message) => {
  const sender = starting;
  starting = undefined;
  sender?.onSocket((message as { readonly socket: Socket }).socket);
});
