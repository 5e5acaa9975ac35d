/** A service that keeps a key to itself and wraps others with it. */
export interface KeyProvider {
  wrap(plain: Buffer): Promise<Buffer>;
  /** @throws Error when the envelope is not of this key, or was made for another purpose */
  unwrap(wrapped: Buffer): Promise<Buffer>;
}
