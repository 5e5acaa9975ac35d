import { beforeEach, describe, expect, it, vi } from 'vitest';
import { HostPage } from './host-page.js';

/** Two windows, as far as this page needs them. */
const parent = { postMessage: vi.fn<(event: unknown, target: string) => void>() };
const surroundings = (referrer: string, ancestor?: string) => {
  const self = new EventTarget() as EventTarget & Record<string, unknown>;
  self['location'] = { ancestorOrigins: ancestor === undefined ? undefined : [ancestor] };
  self['document'] = { referrer };
  const host = new HostPage(self as unknown as Window, parent as unknown as Window);
  const heard = { onSessionToken: vi.fn<(token: string) => void>(), onSettings: vi.fn<(settings: object) => void>() };
  host.listen(heard);
  const send = (data: unknown, origin: string, source: unknown = parent) =>
    self.dispatchEvent(Object.assign(new Event('message'), { data, origin, source }));
  return { host, heard, send };
};
const token = { type: 'session_token', sessionToken: 't' };
const target = () => parent.postMessage.mock.calls.at(-1)?.[1];
beforeEach(() => parent.postMessage.mockReset());

describe('what the page around us is told', () => {
  it('goes to the origin that the browser names', () => {
    surroundings('', 'https://acme.example').host.tell({ type: 'ready' });
    expect(target()).toBe('https://acme.example');
  });

  it('goes to the origin that led here', () => {
    surroundings('https://acme.example/settings').host.tell({ type: 'ready' });
    expect(target()).toBe('https://acme.example');
  });

  it('goes to the origin that sent the token, once it has', () => {
    const { host, send } = surroundings('');
    host.tell({ type: 'ready' });
    expect(target()).toBe('*');
    send(token, 'https://acme.example');
    host.tell({ type: 'close' });
    expect(target()).toBe('https://acme.example');
  });

  it('reaches a page without an origin too', () => {
    surroundings('', 'null').host.tell({ type: 'ready' });
    expect(target()).toBe('*');
  });
});

describe('what it says', () => {
  it('is heard from the window around us only', () => {
    const { heard, send } = surroundings('');
    send(token, 'https://acme.example', {});
    expect(heard.onSessionToken).not.toHaveBeenCalled();
    send(token, 'https://acme.example');
    expect(heard.onSessionToken).toHaveBeenCalledWith('t');
  });

  it('is heard from the origin that the browser names only', () => {
    const { heard, send } = surroundings('', 'https://acme.example');
    send(token, 'https://stranger.example');
    expect(heard.onSessionToken).not.toHaveBeenCalled();
  });

  it.each([undefined, null, 'session_token', 7, { type: 'session_token' }, { type: 'session_token', sessionToken: 7 }])(
    'is not heard as %j',
    (message) => {
      const { heard, send } = surroundings('');
      send(message, 'https://acme.example');
      expect(heard.onSessionToken).not.toHaveBeenCalled();
    },
  );

  it('names settings only as a whole', () => {
    const { heard, send } = surroundings('');
    const settings = { theme: { light: { primary: '#000' }, dark: { primary: '#fff' } } };
    send({ type: 'settings_changed', payload: { theme: { light: {} } } }, 'https://acme.example');
    expect(heard.onSettings).not.toHaveBeenCalled();
    send({ type: 'settings_changed', payload: settings }, 'https://acme.example');
    expect(heard.onSettings).toHaveBeenCalledWith(settings);
  });
});
