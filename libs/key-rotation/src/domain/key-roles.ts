import type { DataKeyStatus, RootKeyStatus } from '../key-status.js';

interface KnownDataKey {
  readonly id: number;
  readonly root_fingerprint: string;
  readonly created_at: Date;
  readonly activated_at: Date | null;
}

/** Root keys this process has, primary first, then those it lacks. */
export function rootRoles(loaded: readonly string[], dataKeys: readonly KnownDataKey[]): RootKeyStatus[] {
  const fingerprints = new Set([...loaded, ...dataKeys.map((key) => key.root_fingerprint)]);
  return [...fingerprints].map((fingerprint) => {
    const wraps = dataKeys.filter((key) => key.root_fingerprint === fingerprint).length;
    const primary = fingerprint === loaded[0];
    return { fingerprint, loaded: loaded.includes(fingerprint), primary, wraps, removable: !primary && wraps === 0 };
  });
}

/** Values by column and key, as a scan found them; key 0 stands for those in clear. */
export type Uses = ReadonlyMap<number, Readonly<Record<string, number>>>;

/** @param uses of a scan, if there was one. @param target the key an open rotation brings into use */
export function dataKeyRoles(keys: readonly KnownDataKey[], uses: Uses | undefined, target: number | null): DataKeyStatus[] {
  const sealing = keys.findLast((key) => key.activated_at)?.id;
  return keys.map((key) => {
    const used = uses && (uses.get(key.id) ?? {});
    const isNeeded = key.id === sealing || key.id === target;
    return {
      id: key.id,
      rootFingerprint: key.root_fingerprint,
      createdAt: key.created_at,
      activatedAt: key.activated_at,
      seals: key.id === sealing,
      ...(used && { uses: used, removable: !isNeeded && Object.keys(used).length === 0 }),
    };
  });
}
