/**
 * A module body that is evaluated once for many runs must not read the moment, chance or the host, or all of them would see what the
 * first saw. Readings are noticed rather than refused: code may catch an error.
 */
let noticed = false;

export const notice = (): void => void (noticed = true);

/** What tells the moment, chance, the host's settings or the collector's work. */
const TELLING = ['Date', 'Intl', 'WeakRef', 'FinalizationRegistry', 'Temporal'];

/**
 * Puts an accessor in place of a property until it is undone; whoever touches it is noticed.
 * @param hidden whether it is as if it were not there
 */
function watch(target: object, name: string, hidden = false): () => void {
  const own = Object.getOwnPropertyDescriptor(target, name);
  if (!own) return () => undefined;
  const { defineProperty } = Object;
  let value: unknown = hidden ? undefined : own.value;
  const accessor = {
    configurable: true,
    enumerable: own.enumerable ?? false,
    get: () => (notice(), value),
    set: (other: unknown) => (notice(), (value = other)),
  };
  defineProperty(target, name, accessor);
  return () => void defineProperty(target, name, own);
}

/**
 * @param absent names that runs do not find; V8 needs them when it restores a snapshot, so they are only hidden
 * @returns what ends the watch: everything is as it was, and it is told whether anything was noticed
 */
export function watchForMoments(absent: readonly string[]): () => boolean {
  const undo = [
    watch(Math, 'random'),
    watch(Date, 'now'),
    watch(Date.prototype, 'constructor'),
    ...TELLING.map((name) => watch(globalThis, name)),
    ...absent.map((name) => watch(globalThis, name, true)),
  ];
  return () => {
    for (const restore of undo) restore();
    return noticed;
  };
}
