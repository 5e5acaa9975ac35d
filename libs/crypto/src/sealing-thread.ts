import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import { Logger } from '@nestjs/common';
import { messageOf } from '#libs/kernel';
import type { Cipher } from './cipher.js';
import type { SealedValues, Unsealed } from './domain/sealed-box.js';

/** What the thread is told. */
export interface SealingOrder {
  readonly keyId: number;
  readonly dataKey: Uint8Array;
  readonly values: readonly Unsealed[];
}

/** What it answers. */
export interface SealedAnswer {
  readonly bytes: Uint8Array;
  readonly sizes: readonly number[];
}

interface Waiting {
  readonly values: readonly Unsealed[];
  readonly answer: (sealed: SealedValues | Promise<SealedValues>) => void;
}

/** Beside this file, in the form this file has: compiled, or as tests read it. */
const PROGRAM = fileURLToPath(new URL(`sealing-worker${import.meta.url.endsWith('.ts') ? '.ts' : '.js'}`, import.meta.url));
/** So many are sealed here sooner than a thread is told of them. */
const FEW = 50;

/**
 * Seals many values beside the event loop, which meanwhile makes others ready. The thread begins with the first of them. One that ends is
 * replaced, and what it has not answered is sealed here.
 */
export class SealingThread {
  readonly #log = new Logger(SealingThread.name);
  #worker: Worker | undefined;
  #waiting: Waiting[] = [];

  constructor(private readonly cipher: Cipher) {}

  /** Seals each as `Cipher.seal` does, one behind the other. */
  async sealAll(values: readonly Unsealed[]): Promise<SealedValues> {
    const { dataKeys, sealsWith } = this.cipher.keyring;
    const dataKey = sealsWith === null ? undefined : dataKeys.get(sealsWith);
    if (values.length <= FEW || sealsWith === null || !dataKey) return this.cipher.sealAll(values);
    const worker = (this.#worker ??= this.#begin());
    const order: SealingOrder = { keyId: sealsWith, dataKey, values };
    return new Promise((answer) => {
      this.#waiting.push({ values, answer });
      worker.postMessage(order, []);
    });
  }

  #begin(): Worker {
    const worker = new Worker(PROGRAM, { env: {}, execArgv: [], stdin: false });
    worker.unref();
    worker.on('message', ({ bytes, sizes }: SealedAnswer) =>
      this.#waiting.shift()?.answer({ bytes: Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength), sizes }),
    );
    worker.on('error', (error) => this.#replace(worker, messageOf(error)));
    worker.on('exit', (code) => this.#replace(worker, `it ended with ${code}`));
    return worker;
  }

  #replace(worker: Worker, why: string): void {
    if (worker !== this.#worker) return;
    this.#worker = undefined;
    this.#log.error(`the thread that seals records is replaced: ${why}`);
    for (const { values, answer } of this.#waiting.splice(0)) answer(this.#sealHere(values));
  }

  async #sealHere(values: readonly Unsealed[]): Promise<SealedValues> {
    return this.cipher.sealAll(values);
  }
}
