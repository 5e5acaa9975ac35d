/** What a bundle stands in: CommonJS, one line, so that positions in its first line only need an offset. */
export const WRAPPER_HEAD = '(function (module, exports, require) {';
export const wrapped = (source: string): string => `${WRAPPER_HEAD}${source}\n})`;
