import { randomUUID } from 'node:crypto';
import qs from 'qs';
import { z } from 'zod';

/** A body as the isolate describes it: text and bytes as they are, everything else as JSON. */
export const describedBody = z.union([
  z.object({ text: z.string() }),
  z.object({ form: z.string() }),
  z.object({ bytes: z.string() }),
  z.object({ json: z.unknown() }),
]);
export type DescribedBody = z.output<typeof describedBody>;

export interface RenderedBody {
  readonly body: string | Buffer;
  readonly contentType: string;
}

const JSON_TYPE = 'application/json';
const FORM_TYPE = 'application/x-www-form-urlencoded';
const MULTIPART_TYPE = 'multipart/form-data';

/** What is sent for a body, by the content type the author chose, as axios does it (spec/functions.md §2.1). */
export function renderBody(body: DescribedBody, contentType: string | undefined): RenderedBody {
  if ('bytes' in body) return { body: Buffer.from(body.bytes, 'base64'), contentType: contentType ?? 'application/octet-stream' };
  if ('form' in body) return { body: body.form, contentType: contentType ?? `${FORM_TYPE};charset=utf-8` };
  if ('text' in body) {
    return { body: isJsonType(contentType) ? asJson(body.text) : body.text, contentType: contentType ?? FORM_TYPE };
  }
  const isObject = typeof body.json === 'object' && body.json !== null;
  if (isObject && contentType === MULTIPART_TYPE) return multipart(body.json as Record<string, unknown>);
  if (isObject && contentType?.startsWith(FORM_TYPE)) {
    return { body: qs.stringify(body.json, { arrayFormat: 'brackets' }), contentType };
  }
  return { body: JSON.stringify(body.json), contentType: contentType ?? JSON_TYPE };
}

/** As `fetch` sends a body: nothing is changed for what the content type says. */
export function renderFetchBody(body: DescribedBody | undefined): Partial<RenderedBody> {
  if (!body || 'json' in body) return {};
  if ('bytes' in body) return { body: Buffer.from(body.bytes, 'base64') };
  if ('form' in body) return { body: body.form, contentType: `${FORM_TYPE};charset=UTF-8` };
  return { body: body.text, contentType: 'text/plain;charset=UTF-8' };
}

const isJsonType = (contentType: string | undefined): boolean => contentType?.startsWith(JSON_TYPE) ?? false;

/** Text that is JSON already goes out as it is; any other text becomes a JSON string. */
function asJson(text: string): string {
  try {
    JSON.parse(text);
    return text;
  } catch {
    return JSON.stringify(text);
  }
}

/** RFC 7578. Values that are no text travel as JSON. */
function multipart(fields: Record<string, unknown>): RenderedBody {
  const boundary = `fairlead-${randomUUID()}`;
  const parts = Object.entries(fields).flatMap(([name, value]) =>
    [value].flat().map((item: unknown) => {
      const escaped = name.replaceAll('"', '%22').replaceAll(/[\r\n]/g, ' ');
      const text = typeof item === 'string' ? item : JSON.stringify(item);
      return `--${boundary}\r\ncontent-disposition: form-data; name="${escaped}"\r\n\r\n${text}\r\n`;
    }),
  );
  return { body: `${parts.join('')}--${boundary}--\r\n`, contentType: `${MULTIPART_TYPE}; boundary=${boundary}` };
}
