/** Statements on rows that calls need, which are read once a second until what is remembered of them is proven to be current (docs/adr/0015). */
export const REMEMBERED = /\b(api_keys|environments|integrations|connections)\b/;
