import { crc32, inflateRawSync } from 'node:zlib';
import { bytes } from './wire-bytes.js';

/** More than an isolate of the usual size could hold beside its zip; a bomb is not inflated past it. */
const MAX_INFLATED_BYTES = 32 * 1024 ** 2;

interface InflateArgs {
  readonly bytes: string;
  readonly name: string;
}

function inflate({ bytes: deflated, name }: InflateArgs): string {
  try {
    return inflateRawSync(bytes(deflated), { maxOutputLength: MAX_INFLATED_BYTES }).toString('base64');
  } catch (error) {
    if ((error as { code?: string }).code !== 'ERR_BUFFER_TOO_LARGE') throw error;
    throw new RangeError(`${name} inflates to more than ${MAX_INFLATED_BYTES} bytes, which is more than a function can hold`);
  }
}

/** What is in a zip. */
export const inflateCalls = {
  'zip.inflate': inflate,
  'zip.crc32': ({ bytes: data }: { bytes: string }) => crc32(bytes(data)),
};
