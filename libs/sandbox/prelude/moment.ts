/**
 * A module body that is evaluated once for many runs must not read the moment, chance or the host, or all of them would see what the
 * first saw. Readings are noticed rather than refused: code may catch an error.
 */
let noticed = false;

export const notice = (): void => void (noticed = true);

/** What tells the moment, chance, the host's settings or the collector's work. */
const TELLING = ['Date', 'Intl', 'WeakRef', 'FinalizationRegistry', 'Temporal'];

/** Puts an accessor in place of a property until it is undone; whoever touches it is noticed. */
function watch(target: object, name: string): () => void {
  const own = Object.getOwnPropertyDescriptor(target, name);
  if (!own) return () => undefined;
  const { defineProperty } = Object;
  let { value } = own as { value: unknown };
  const accessor = {
    configurable: true,
    enumerable: own.enumerable ?? false,
    get: () => (notice(), value),
    set: (other: unknown) => (notice(), (value = other)),
  };
  defineProperty(target, name, accessor);
  return () => void defineProperty(target, name, own);
}

/** @returns what ends the watch: everything is as it was, and it is told whether anything was noticed */
export function watchForMoments(): () => boolean {
  const undo = [
    watch(Math, 'random'),
    watch(Date, 'now'),
    watch(Date.prototype, 'constructor'),
    ...TELLING.map((name) => watch(globalThis, name)),
  ];
  return () => {
    for (const restore of undo) restore();
    return noticed;
  };
}
