import type { ProxyConfiguration } from 'nango';

interface Fetching {
  get<Body>(config: ProxyConfiguration): Promise<{ data: Body }>;
}

/** Stripe's lists go on after the last object of a page. */
export async function* listAll<Item extends { id: string }>(nango: Fetching, endpoint: string): AsyncGenerator<Item[]> {
  let startingAfter: string | undefined;
  for (;;) {
    const { data } = await nango.get<{ data: Item[]; has_more: boolean }>({
      endpoint,
      params: { limit: '2', ...(startingAfter ? { starting_after: startingAfter } : {}) },
      retries: 5,
    });
    if (data.data.length > 0) yield data.data;
    if (!data.has_more) return;
    startingAfter = data.data.at(-1)?.id;
  }
}
