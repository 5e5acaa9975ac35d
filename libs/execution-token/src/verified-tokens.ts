import { LRUCache } from 'lru-cache';

/** What a token says, and when it ends, in seconds since the epoch. */
interface Ending {
  readonly exp: number;
}

/** Tokens whose signatures were checked: once each is enough, until it ends. */
export class VerifiedTokens<Claims extends Ending> {
  readonly #verified: LRUCache<string, Claims>;

  /**
   * @param check throws where a token is not valid
   * @param most how many are remembered
   */
  constructor(
    private readonly check: (token: string) => Promise<Claims>,
    most: number,
  ) {
    this.#verified = new LRUCache({ max: most });
  }

  /** @throws what `check` throws */
  async verify(token: string): Promise<Claims> {
    const known = this.#verified.get(token);
    if (known && known.exp * 1_000 > Date.now()) return known;
    const claims = await this.check(token);
    this.#verified.set(token, claims);
    return claims;
  }
}
