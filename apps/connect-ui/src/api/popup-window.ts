const WIDTH = 500;
const HEIGHT = 600;

/**
 * Opens the blank window an authorization will take place in, centred over ours. Call it straight from a click: browsers block it otherwise.
 * @returns undefined when the browser blocked it
 */
export function openPopup(note: string): Window | undefined {
  const left = Math.round(window.screenX + (window.outerWidth - WIDTH) / 2);
  const top = Math.round(window.screenY + (window.outerHeight - HEIGHT) / 2);
  const features = `popup=yes,width=${WIDTH},height=${HEIGHT},left=${left},top=${top},scrollbars=yes,resizable=yes`;
  const popup = window.open('', '_blank', features);
  if (!popup || popup.closed) return undefined;
  popup.document.title = note;
  popup.document.body.textContent = note;
  return popup;
}
