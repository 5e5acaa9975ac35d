import { deriveSubkey, openParts, Sealer, splitSealed } from './sealed-box.js';
import type { RootKey } from './root-keys.js';

/** A data key as it is kept: only the root key named by the fingerprint opens it. */
export interface WrappedDataKey {
  readonly root_fingerprint: string;
  readonly wrapped: Buffer;
}

const wrapAad = (fingerprint: string) => `data_keys:${fingerprint}`;

export const wrapDataKey = (root: RootKey, bytes: Buffer): WrappedDataKey => ({
  root_fingerprint: root.fingerprint,
  wrapped: new Sealer(0, root.bytes).seal(bytes, wrapAad(root.fingerprint)),
});

/** Undefined when none of the root keys is the one it was wrapped under. @throws Error when it was tampered with */
export function unwrapDataKey(key: WrappedDataKey, roots: readonly RootKey[]): Buffer | undefined {
  const root = roots.find(({ fingerprint }) => fingerprint === key.root_fingerprint);
  const parts = root && splitSealed(key.wrapped);
  return root && parts ? openParts(parts, deriveSubkey(root.bytes, parts.salt), wrapAad(root.fingerprint)) : undefined;
}
