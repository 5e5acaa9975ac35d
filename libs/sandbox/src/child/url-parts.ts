/** The parts of a URL (WHATWG URL), as the host tells them and the isolate shows them; all but `origin` can be set. */
export const URL_PARTS = [
  'href',
  'origin',
  'protocol',
  'username',
  'password',
  'host',
  'hostname',
  'port',
  'pathname',
  'search',
  'hash',
] as const;
