const MAX_STEPS = 20;

/** Where a browser ended up. */
export interface Landing {
  readonly status: number;
  readonly url: string;
  readonly text: string;
  /** Addresses on the way, the last one included. */
  readonly trail: readonly string[];
}

export type Decision = 'approve' | 'deny';

interface Step {
  readonly method: 'GET' | 'POST';
  readonly url: string;
  readonly body?: URLSearchParams;
}

/** A browser without a screen: keeps cookies, follows redirects, and answers the farm's consent pages. */
export class Visitor {
  readonly #cookies = new Map<string, { value: string; host: string; path: string }>();

  /** Goes to an address and on from there. @param until stops before an address of which this is true */
  async open(url: string, decision: Decision = 'approve', until?: (url: string) => boolean): Promise<Landing> {
    const trail: string[] = [];
    let next: Step = { method: 'GET', url };
    while (trail.length < MAX_STEPS) {
      trail.push(next.url);
      if (until?.(next.url)) return { status: 0, url: next.url, text: '', trail };
      const response = await this.#fetch(next);
      const text = await response.text();
      const location = response.headers.get('location');
      const step =
        location === null ? consent(text, next.url, decision) : { method: 'GET' as const, url: absolute(location, next.url) };
      if (!step) return { status: response.status, url: next.url, text, trail };
      next = step;
    }
    throw new Error(`a browser went round in circles: ${trail.join(' → ')}`);
  }

  forgetCookies(): void {
    this.#cookies.clear();
  }

  async #fetch({ method, url, body }: Step): Promise<Response> {
    const response = await fetch(url, {
      method,
      redirect: 'manual',
      headers: { accept: 'text/html,application/xhtml+xml', cookie: this.#cookiesFor(new URL(url)) },
      ...(body ? { body } : {}),
    });
    for (const cookie of response.headers.getSetCookie()) this.#keep(cookie, new URL(url));
    return response;
  }

  #keep(cookie: string, { host, pathname }: URL): void {
    const [pair = '', ...attributes] = cookie.split(';').map((part) => part.trim());
    const [name = '', value = ''] = pair.split(/=(.*)/s);
    const path = attributes.find((attribute) => /^path=/i.test(attribute))?.slice(5) ?? pathname;
    const isOver = attributes.some((attribute) => /^max-age=0$/i.test(attribute)) || value === '';
    const id = `${host} ${path} ${name}`;
    if (isOver) this.#cookies.delete(id);
    else this.#cookies.set(id, { value: `${name}=${value}`, host, path });
  }

  #cookiesFor({ host, pathname }: URL): string {
    const sent = [...this.#cookies.values()].filter((cookie) => cookie.host === host && pathname.startsWith(cookie.path));
    return sent.map(({ value }) => value).join('; ');
  }
}

const absolute = (location: string, base: string): string => new URL(location, base).href;

/** What a click on one of a consent page's buttons sends; undefined where the page is none. */
function consent(html: string, url: string, decision: Decision): Step | undefined {
  const action = /<form method="post" action="([^"]+)"/.exec(html)?.[1];
  if (action === undefined || !html.includes(`name="decision" value="${decision}"`)) return undefined;
  const hidden = [...html.matchAll(/<input type="hidden" name="([^"]+)" value="([^"]*)"/g)];
  const fields = hidden.map(([, name = '', value = '']): [string, string] => [unescaped(name), unescaped(value)]);
  return {
    method: 'POST',
    url: absolute(unescaped(action), url),
    body: new URLSearchParams([...fields, ['decision', decision]]),
  };
}

const unescaped = (text: string): string => text.replaceAll('&quot;', '"').replaceAll('&lt;', '<').replaceAll('&amp;', '&');
