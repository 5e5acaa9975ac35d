import { setImmediate } from 'node:timers/promises';

/** Works in steps until something that is awaited is there, whether or not it failed. @param step does some; false when nothing is left */
export async function workWhile(awaited: Promise<unknown>, step: () => boolean): Promise<void> {
  const wait = { isOver: false };
  const end = () => void (wait.isOver = true);
  awaited.then(end, end);
  while (!wait.isOver && step()) await setImmediate();
}
