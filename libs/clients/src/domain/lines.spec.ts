import { expect, it } from 'vitest';
import { linesOf } from './lines.js';

async function* chunks(...texts: string[]) {
  for (const text of texts) yield Buffer.from(text);
}
async function collect(stream: AsyncIterable<Uint8Array>, max = 100): Promise<string[]> {
  const lines: string[] = [];
  for await (const line of linesOf(stream, max)) lines.push(line);
  return lines;
}

it('cuts lines wherever the chunks end', async () => {
  expect(await collect(chunks('a\nb', 'b\n', '\nc\nd'))).toEqual(['a', 'bb', '', 'c']);
});

it('keeps characters that two chunks share', async () => {
  const bytes = Buffer.from('é\n');
  async function* split() {
    yield bytes.subarray(0, 1);
    yield bytes.subarray(1);
  }
  expect(await collect(split())).toEqual(['é']);
});

it('refuses a line without end', async () => {
  await expect(collect(chunks('12345', '67890', 'x'), 10)).rejects.toThrow(RangeError);
});
