import { crc32, deflateRawSync } from 'node:zlib';
import unzipper from 'unzipper';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startUpstream, type Upstream } from '#libs/testing';
import { outputOf, startTestRunner, type TestRunner } from './test-runner.js';

let runner: TestRunner<Upstream>;

beforeAll(async () => {
  runner = await startTestRunner(await startUpstream());
});
afterAll(() => runner.close());

/** A zip as APPNOTE 4.3 has it: local headers with content, the directory, its end. */
function zipOf(files: Record<string, Buffer>, comment = ''): Buffer {
  const [local, central]: [Buffer[], Buffer[]] = [[], []];
  let offset = 0;
  for (const [name, content] of Object.entries(files)) {
    const [path, deflated] = [Buffer.from(name), deflateRawSync(content)];
    const facts = Buffer.alloc(26);
    facts.writeUInt16LE(20, 0);
    facts.writeUInt16LE(8, 4);
    facts.writeUInt16LE(0x6b2f, 6);
    facts.writeUInt16LE(0x5a3b, 8);
    facts.writeUInt32LE(crc32(content), 10);
    facts.writeUInt32LE(deflated.length, 14);
    facts.writeUInt32LE(content.length, 18);
    facts.writeUInt16LE(path.length, 22);
    const head = Buffer.concat([Buffer.from('PK\x03\x04', 'latin1'), facts, path, deflated]);
    const tail = Buffer.alloc(14);
    tail.writeUInt32LE(offset, 10);
    local.push(head);
    central.push(Buffer.from('PK\x01\x02\x14\x00', 'latin1'), facts, tail, path);
    offset += head.length;
  }
  const directory = Buffer.concat(central);
  const end = Buffer.alloc(18);
  for (const at of [4, 6]) end.writeUInt16LE(Object.keys(files).length, at);
  end.writeUInt32LE(directory.length, 8);
  end.writeUInt32LE(offset, 12);
  end.writeUInt16LE(comment.length, 16);
  return Buffer.concat([...local, directory, Buffer.from('PK\x05\x06', 'latin1'), end, Buffer.from(comment)]);
}

const read = (zip: Buffer, then: string) =>
  runner.run(`const zip = await require('unzipper').Open.buffer(Buffer.from('${zip.toString('base64')}', 'base64')); ${then}`);

const FILES = {
  'a.csv': Buffer.from('x;y\n1;ü\n'.repeat(200)),
  'folder/': Buffer.alloc(0),
  'folder/b.bin': Buffer.from([0, 255, 7]),
};

it('a zip is read as unzipper reads it', async () => {
  const zip = zipOf(FILES, 'made here');
  const inside = await read(
    zip,
    `return [zip.numberOfRecords, zip.comment, await Promise.all(zip.files.map(async (file) => [file.path, file.type, file.uncompressedSize, file.compressedSize, file.crc32, file.lastModifiedDateTime, (await file.buffer()).toString('base64')]))]`,
  );
  const real = await unzipper.Open.buffer(zip);
  const expected = await Promise.all(
    real.files.map(async (file) => {
      const {
        path,
        type,
        uncompressedSize,
        compressedSize,
        crc32: sum,
        lastModifiedDateTime,
      } = file as typeof file & { crc32: number };
      return [
        path,
        type,
        uncompressedSize,
        compressedSize,
        sum,
        lastModifiedDateTime.toISOString(),
        (await file.buffer()).toString('base64'),
      ];
    }),
  );
  expect(outputOf(inside)).toEqual([3, 'made here', expected]);
});

it('an entry can be read as it comes', async () => {
  const exec = `const chunks = []; for await (const chunk of zip.files[2].stream()) chunks.push(...chunk); return chunks`;
  expect(outputOf(await read(zipOf(FILES), exec))).toEqual([0, 255, 7]);
});

it.each([Buffer.from('no zip at all, only text that is long enough'), Buffer.alloc(0), zipOf(FILES).subarray(30)])(
  'what is no whole zip is refused (%#)',
  async (bytes) => {
    const exec = `try { const zip = await require('unzipper').Open.buffer(Buffer.from('${bytes.toString('base64')}', 'base64')); await zip.files[0].buffer(); return 'read' } catch (e) { return e instanceof Error }`;
    expect(outputOf(await runner.run(exec))).toBe(true);
  },
);

it('a bomb is not inflated', async () => {
  const bomb = zipOf({ 'big.txt': Buffer.alloc(64 * 1024 ** 2) });
  const exec = `try { await zip.files[0].buffer() } catch (e) { return e.message }`;
  expect(outputOf(await read(bomb, exec))).toContain('big.txt inflates to more than');
});

it('files of the machine are not to be had', async () => {
  const exec = `try { require('unzipper').Open.file('/etc/passwd') } catch (e) { return e.message }`;
  expect(outputOf(await runner.run(exec))).toContain('unzipper.Open.file is not available to functions');
});
