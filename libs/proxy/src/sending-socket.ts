import { subscribe } from 'node:diagnostics_channel';
import type { Socket } from 'node:net';
import { withoutContinue } from './domain/continue.js';

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

/** Hides 100 Continue from undici, which reads with this method, until an answer begins. */
export function skipContinue(socket: Socket): void {
  const plain = Object.getPrototypeOf(socket) as Socket;
  socket.read = (size) => {
    const rest = withoutContinue((plain.read.call(socket, size) as Buffer | null) ?? NOTHING);
    if (rest.length > 0) Reflect.deleteProperty(socket, 'read');
    return rest.length > 0 ? rest : null;
  };
}

const NOTHING = Buffer.alloc(0);
