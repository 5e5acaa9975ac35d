/**
 * Aborts a controller when a signal does, with its reason. `AbortSignal.any` costs several times as much, and leaves something behind on a signal that
 * lives as long as the process.
 * @returns ends it: to be called when what the controller is for is over
 */
export function abortWith(controller: AbortController, signal: AbortSignal): () => void {
  const abort = () => controller.abort(signal.reason);
  if (signal.aborted) abort();
  else signal.addEventListener('abort', abort, { once: true });
  return () => signal.removeEventListener('abort', abort);
}
