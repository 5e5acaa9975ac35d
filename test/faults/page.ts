import type { Answer, Fault, Faults } from './fault.js';

/** A part of the page: what is alike about its faults. */
export interface Chapter {
  readonly title: string;
  readonly text: string;
  /** Its upstreams keep the rules of HTTP, so that their connections can be used again. */
  readonly orderly?: true;
  readonly faults: Faults;
}

/** docs/proxy-faults.md, from the same table that the spec holds the proxy to. */
export const pageOf = (intro: string, chapters: readonly Chapter[]): string =>
  `${[intro, ...chapters.map(chapterOf)].join('\n\n')}\n`;

const chapterOf = ({ title, text, faults }: Chapter): string =>
  [`## ${title}`, '', text, '', '| The upstream | The caller gets |', '|---|---|', ...Object.values(faults).map(rowOf)].join(
    '\n',
  );

const rowOf = ({ what, answer, note }: Fault): string => `| ${what} | ${[answerOf(answer), note].filter(Boolean).join('; ')} |`;

function answerOf({ status, code, error, breaksOff }: Answer): string {
  if (error !== undefined) return `${status}, \`error.code\` \`${error}\``;
  if (code !== undefined)
    return `${status}, \`code\` ${[code]
      .flat()
      .map((name) => `\`${name}\``)
      .join(' or ')}`;
  return breaksOff ? `${status}, and a connection that breaks off` : `${status}`;
}
