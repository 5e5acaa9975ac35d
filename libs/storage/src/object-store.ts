/** Where function code and large payloads live, by key. Objects are immutable: a key names its content. */
export abstract class ObjectStore {
  /** Stores an object; storing the same key again is a no-op. @throws AppError `file_upload_error` */
  abstract put(key: string, content: string): Promise<void>;
  /** @returns the object's text, null when there is none */
  abstract get(key: string): Promise<string | null>;
  /** Keys that begin with a folder's path, in no order. @param folder without a slash at its end */
  abstract keysIn(folder: string): AsyncIterable<string>;
  /** Removes an object; one that is not there is removed already. */
  abstract delete(key: string): Promise<void>;
  /** A signed address anybody can fetch the object from for a few minutes. @param base address of the service that serves folder objects */
  abstract urlFor(key: string, base: string): Promise<string>;
}

/** Key of a function bundle or source: its SHA-256, so that equal code is stored once. */
export const codeKey = (hash: string): string => `code/${hash.slice(0, 2)}/${hash}`;

/** How many folders code is spread over. */
export const CODE_FOLDERS = 256;

/** The nth of them. */
export const codeFolder = (nth: number): string => `code/${nth.toString(16).padStart(2, '0')}`;
