/** `2026-01-05T10:00:00.123Z` */
export const isoZulu = (date: Date): string => date.toISOString();

/** `2026-01-05T10:00:00.123+00:00`, as `GET /connections/{id}` writes dates (spec/api.md §5.1). */
export const isoOffset = (date: Date): string => date.toISOString().replace('Z', '+00:00');
