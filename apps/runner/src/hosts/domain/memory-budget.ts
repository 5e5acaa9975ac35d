const MB = 1024 ** 2;
/** What a process needs besides the isolate that may be largest. */
const BASE_MB = 256;

/** Resident bytes past which a process is killed: what it is allowed, but never less than the largest function in it may use. */
export function memoryBudget(allowedBytes: number, functionMbs: Iterable<number>): number {
  let largest = 0;
  for (const mb of functionMbs) largest = Math.max(largest, mb);
  return largest === 0 ? allowedBytes : Math.max(allowedBytes, (largest + BASE_MB) * MB);
}
