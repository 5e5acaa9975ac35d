import { hash } from 'node:crypto';

/** A statement is prepared when it is asked for this often: most that a process asks for more seldom it asks for once. */
const OFTEN = 16;
/** Each costs the server some tens of kilobytes on each connection. */
const MOST_NAMES = 200;
/** Texts that are counted at a time, and their length: those made anew for each request must not fill memory. */
const MOST_COUNTED = 2_000;
const MOST_CHARACTERS = 16_384;
/** 144 bits. */
const NAME_CHARACTERS = 24;

/**
 * Names for the statements a process asks for again and again, under which a server can keep what it has parsed (PREPARE). They are made from
 * the statements: one name never means two of them.
 */
export class StatementNames {
  readonly #names = new Map<string, string>();
  #asked = new Map<string, number>();

  /** Answers nothing for a statement that is not asked for often, or for one too many. */
  nameOf(text: string): string | undefined {
    return this.#names.get(text) ?? this.#count(text);
  }

  #count(text: string): string | undefined {
    if (text.length > MOST_CHARACTERS || this.#names.size >= MOST_NAMES) return undefined;
    const times = (this.#asked.get(text) ?? 0) + 1;
    if (times < OFTEN) {
      if (this.#asked.size >= MOST_COUNTED) this.#asked = new Map();
      this.#asked.set(text, times);
      return undefined;
    }
    this.#asked.delete(text);
    const name = hash('sha256', text, 'base64url').slice(0, NAME_CHARACTERS);
    this.#names.set(text, name);
    return name;
  }
}
