/** Numbers as a PostgreSQL multirange literal, `{[1,4),[9,10)}`: a dataset saved in its usual order is a few bytes. */
export function toMultirange(numbers: Iterable<number>): string {
  const ordered = [...numbers].toSorted((a, b) => a - b);
  const ranges: string[] = [];
  let start = 0;
  for (let i = 1; i <= ordered.length; i++) {
    const previous = ordered[i - 1] as number;
    if (i < ordered.length && (ordered[i] as number) <= previous + 1) continue;
    ranges.push(`[${ordered[start]},${previous + 1})`);
    start = i;
  }
  return `{${ranges.join(',')}}`;
}
