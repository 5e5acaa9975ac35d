const BLOCK = /-----BEGIN ([A-Z0-9 ]+)-----([A-Za-z0-9+/=\s]+)-----END \1-----\s*/g;

/**
 * Keys and certificates as OpenSSL reads them. They are pasted into forms with their line ends typed out as `\n`, or all on one line
 * (spec/auth.md §2.12).
 */
export const pemOf = (text: string): string =>
  text
    .replaceAll(/\\r|\\n/g, '\n')
    .replaceAll(
      BLOCK,
      (_block, label: string, content: string) =>
        `-----BEGIN ${label}-----\n${content.replaceAll(/\s+/g, '').replaceAll(/.{1,64}/g, '$&\n')}-----END ${label}-----\n`,
    );
