import { Buffer } from 'buffer';
import { bytesOf } from '../crypto/bytes.js';
import { hostNow } from '../host-now.js';
import { decrypt } from './decrypt.js';
import { type Entry, readDirectory } from './directory.js';

const LOCAL_HEADER_BYTES = 30;
const CRYPT_HEADER_BYTES = 12;
const STORED = 0;
const DEFLATED = 8;

/** What is stored of a file, without encryption. */
function storedBytes(zip: Buffer, entry: Entry, password: string | undefined): Buffer {
  const at = entry.offsetToLocalFileHeader;
  if (at + LOCAL_HEADER_BYTES > zip.length) throw new Error('FILE_ENDED');
  const begin = at + LOCAL_HEADER_BYTES + zip.readUInt16LE(at + 26) + zip.readUInt16LE(at + 28);
  if (begin + entry.compressedSize > zip.length) throw new Error('FILE_ENDED');
  const bytes = zip.subarray(begin, begin + entry.compressedSize);
  if ((entry.flags & 1) === 0) return bytes;
  if (!password) throw new Error('MISSING_PASSWORD');
  const plain = Buffer.from(decrypt(new Uint8Array(bytes), password));
  const check = entry.flags & 8 ? entry.lastModifiedTime >> 8 : entry.crc32 >>> 24;
  if (plain[CRYPT_HEADER_BYTES - 1] !== (check & 0xff)) throw new Error('BAD_PASSWORD');
  return plain.subarray(CRYPT_HEADER_BYTES);
}

function contentOf(zip: Buffer, entry: Entry, password?: string): Buffer {
  const bytes = storedBytes(zip, entry, password);
  if (entry.compressionMethod === STORED) return Buffer.from(bytes);
  if (entry.compressionMethod !== DEFLATED)
    throw new Error(`${entry.path} is compressed by method ${entry.compressionMethod}, which is not supported`);
  return Buffer.from(hostNow<string>('zip.inflate', { bytes: bytes.toString('base64'), name: entry.path }), 'base64');
}

/** There are no streams in a function: this is what of one can be had, a file at a time. */
class EntryStream {
  readonly #content: Promise<Buffer>;
  constructor(content: () => Buffer) {
    this.#content = Promise.resolve().then(content);
    this.#content.catch(() => undefined);
  }
  on(event: string, listener: (value?: unknown) => void): this {
    void this.#tell(event, listener);
    return this;
  }
  async #tell(event: string, listener: (value?: unknown) => void): Promise<void> {
    const settled = await Promise.allSettled([this.#content]);
    const [outcome] = settled;
    if (outcome.status === 'rejected') {
      if (event === 'error') listener(outcome.reason);
    } else if (event === 'data') listener(outcome.value);
    else if (['end', 'finish', 'close'].includes(event)) listener();
  }
  async *[Symbol.asyncIterator](): AsyncGenerator<Buffer> {
    yield await this.#content;
  }
}

async function buffer(zipped: unknown): Promise<object> {
  const zip = bytesOf(zipped, 'latin1', 'buffer');
  const { files, facts } = readDirectory(zip);
  return {
    ...facts,
    files: files.map((entry) =>
      Object.assign(entry, {
        stream: (password?: string) => new EntryStream(() => contentOf(zip, entry, password)),
        buffer: async (password?: string) => contentOf(zip, entry, password),
      }),
    ),
  };
}

const refuse = (name: string) => (): never => {
  throw new Error(
    `unzipper.${name} is not available to functions, which have neither streams nor files: use unzipper.Open.buffer`,
  );
};

/** The part of `unzipper` that works on data at hand. */
export const unzipper = Object.freeze({
  Open: Object.freeze({ buffer, file: refuse('Open.file'), url: refuse('Open.url'), s3: refuse('Open.s3') }),
  Parse: refuse('Parse'),
  ParseOne: refuse('ParseOne'),
  Extract: refuse('Extract'),
});
