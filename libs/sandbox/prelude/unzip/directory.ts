import type { Buffer } from 'buffer';

const END = 0x06054b50;
const END_64_LOCATOR = 0x07064b50;
const ENTRY = 0x02014b50;
const END_BYTES = 22;
const ENTRY_BYTES = 46;
const MAX_COMMENT_BYTES = 0xffff;
const SEE_64 = 0xffffffff;

/** A file in a zip, as its central directory tells it (APPNOTE 4.3.12). */
export interface Entry {
  readonly signature: number;
  readonly versionMadeBy: number;
  readonly versionsNeededToExtract: number;
  readonly flags: number;
  readonly compressionMethod: number;
  readonly lastModifiedTime: number;
  readonly lastModifiedDate: number;
  readonly lastModifiedDateTime: Date;
  readonly crc32: number;
  readonly compressedSize: number;
  readonly uncompressedSize: number;
  readonly fileNameLength: number;
  readonly extraFieldLength: number;
  readonly fileCommentLength: number;
  readonly diskNumber: number;
  readonly internalFileAttributes: number;
  readonly externalFileAttributes: number;
  readonly offsetToLocalFileHeader: number;
  readonly pathBuffer: Buffer;
  readonly path: string;
  readonly isUnicode: boolean;
  readonly extra: Record<string, number>;
  readonly comment: Buffer;
  readonly type: 'Directory' | 'File';
}

/** As unzipper says that there is no zip, or not all of it. */
const ended = (): Error => new Error('FILE_ENDED');

function endOf(zip: Buffer): number {
  const first = Math.max(0, zip.length - END_BYTES - MAX_COMMENT_BYTES);
  for (let at = zip.length - END_BYTES; at >= first; at -= 1) if (zip.readUInt32LE(at) === END) return at;
  throw ended();
}

const wide = (zip: Buffer, at: number): number => Number(zip.readBigUInt64LE(at));

/** Where the directory begins and how many entries it has; in a large zip both stand in a second end (APPNOTE 4.3.14). */
function extentOf(zip: Buffer, end: number): { offset: number; count: number } {
  const [count, offset] = [zip.readUInt16LE(end + 10), zip.readUInt32LE(end + 16)];
  if (count !== 0xffff && offset !== SEE_64) return { offset, count };
  if (end < 20 || zip.readUInt32LE(end - 20) !== END_64_LOCATOR) throw new Error('invalid zip64 end of central dir locator');
  const end64 = wide(zip, end - 12);
  return { offset: wide(zip, end64 + 48), count: wide(zip, end64 + 32) };
}

/** @throws Error where it is no zip */
export function readDirectory(zip: Buffer): { files: Entry[]; facts: object } {
  const end = endOf(zip);
  const { offset, count } = extentOf(zip, end);
  const files: Entry[] = [];
  for (let at = offset; files.length < count;) {
    if (at + ENTRY_BYTES > zip.length || zip.readUInt32LE(at) !== ENTRY) throw ended();
    const entry = readEntry(zip, at);
    files.push(entry);
    at += ENTRY_BYTES + entry.fileNameLength + entry.extraFieldLength + entry.fileCommentLength;
  }
  const commentLength = zip.readUInt16LE(end + 20);
  const facts = {
    signature: END,
    diskNumber: zip.readUInt16LE(end + 4),
    diskStart: zip.readUInt16LE(end + 6),
    numberOfRecordsOnDisk: zip.readUInt16LE(end + 8),
    numberOfRecords: count,
    sizeOfCentralDirectory: zip.readUInt32LE(end + 12),
    offsetToStartOfCentralDirectory: offset,
    commentLength,
    ...(commentLength > 0 ? { comment: zip.toString('utf8', end + END_BYTES, end + END_BYTES + commentLength) } : {}),
  };
  return { files, facts };
}

function readEntry(zip: Buffer, at: number): Entry {
  const [flags, lastModifiedTime, lastModifiedDate] = [8, 12, 14].map((offset) => zip.readUInt16LE(at + offset)) as [
    number,
    number,
    number,
  ];
  const [fileNameLength, extraFieldLength, fileCommentLength] = [28, 30, 32].map((offset) => zip.readUInt16LE(at + offset)) as [
    number,
    number,
    number,
  ];
  const afterName = at + ENTRY_BYTES + fileNameLength;
  const pathBuffer = zip.subarray(at + ENTRY_BYTES, afterName);
  const path = pathBuffer.toString('utf8');
  const sizes = sizesOf(zip, at, zip.subarray(afterName, afterName + extraFieldLength));
  return {
    signature: ENTRY,
    versionMadeBy: zip.readUInt16LE(at + 4),
    versionsNeededToExtract: zip.readUInt16LE(at + 6),
    flags,
    compressionMethod: zip.readUInt16LE(at + 10),
    lastModifiedTime,
    lastModifiedDate,
    lastModifiedDateTime: dateOf(lastModifiedDate, lastModifiedTime),
    crc32: zip.readUInt32LE(at + 16),
    ...sizes,
    fileNameLength,
    extraFieldLength,
    fileCommentLength,
    diskNumber: zip.readUInt16LE(at + 34),
    internalFileAttributes: zip.readUInt16LE(at + 36),
    externalFileAttributes: zip.readUInt32LE(at + 38),
    pathBuffer,
    path,
    isUnicode: (flags & 0x800) !== 0,
    comment: zip.subarray(afterName + extraFieldLength, afterName + extraFieldLength + fileCommentLength),
    type: sizes.uncompressedSize === 0 && /[/\\]$/.test(path) ? 'Directory' : 'File',
  };
}

/** Sizes that do not fit into 32 bits stand in the extra field (APPNOTE 4.5.3), in the order of the fields they stand for. */
function sizesOf(zip: Buffer, at: number, field: Buffer) {
  const sizes = {
    compressedSize: zip.readUInt32LE(at + 20),
    uncompressedSize: zip.readUInt32LE(at + 24),
    offsetToLocalFileHeader: zip.readUInt32LE(at + 42),
  };
  const extra: Record<string, number> = {};
  for (let part = 0; part + 4 <= field.length; part += 4 + field.readUInt16LE(part + 2)) {
    if (field.readUInt16LE(part) !== 1) continue;
    let next = part + 4;
    for (const name of ['uncompressedSize', 'compressedSize', 'offsetToLocalFileHeader'] as const) {
      if (sizes[name] !== SEE_64 || next + 8 > field.length) continue;
      sizes[name] = extra[name] = wide(field, next);
      next += 8;
    }
    break;
  }
  return { ...sizes, extra };
}

function dateOf(date: number, time: number): Date {
  const [day, month, year] = [date & 0x1f, (date >> 5) & 0x0f, ((date >> 9) & 0x7f) + 1980];
  return new Date(Date.UTC(year, month - 1, day, time >> 11, (time >> 5) & 0x3f, (time & 0x1f) * 2));
}
