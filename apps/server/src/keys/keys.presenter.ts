import type { KeysStatus, RotationStatus } from '#libs/key-rotation';

export type RotationDto = ReturnType<typeof toRotation>;
export type KeysDto = ReturnType<typeof toKeys>;

export const toRotation = (rotation: RotationStatus) => ({
  id: rotation.id,
  scope: rotation.scope,
  state: rotation.state,
  note: rotation.note,
  root_key: rotation.rootFingerprint,
  data_key: rotation.dataKeyId,
  created_at: rotation.createdAt,
  finished_at: rotation.finishedAt,
  done: rotation.done,
  total: rotation.total,
  rows_per_second: rotation.rowsPerSecond,
  seconds_left: rotation.secondsLeft,
  columns: rotation.columns,
});

/** What operators see of keys; fingerprints and numbers, never a key. */
export const toKeys = (status: KeysStatus) => ({
  root_keys: status.roots,
  data_keys: status.dataKeys.map((key) => ({
    id: key.id,
    root_key: key.rootFingerprint,
    created_at: key.createdAt,
    activated_at: key.activatedAt,
    seals: key.seals,
    ...(key.uses && { uses: key.uses, removable: key.removable }),
  })),
  processes: status.processes.map((process) => ({
    name: process.name,
    root_keys: process.roots,
    data_keys: process.dataKeys,
    seals_with: process.sealsWith,
  })),
  ...(status.inClear && { in_clear: status.inClear }),
  rotation: status.rotation && toRotation(status.rotation),
});
