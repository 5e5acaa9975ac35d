/** A function as settings name it. */
export interface FunctionName {
  readonly environment: string;
  readonly integration: string;
  readonly name: string;
}

/** `environment/integration/function`, any part of which may be `*`; `*` alone is every function. */
export interface FunctionPattern {
  readonly parts: readonly [environment: string, integration: string, name: string];
}

const ANY = '*';

/** @throws Error that names what is not a pattern */
export function parsePattern(text: string): FunctionPattern {
  if (text === ANY) return { parts: [ANY, ANY, ANY] };
  const [environment, integration, name, ...more] = text.split('/').map((part) => part.trim());
  if (!environment || !integration || !name || more.length > 0)
    throw new Error(`"${text}" names no functions: write environment/integration/function, where * stands for any`);
  return { parts: [environment, integration, name] };
}

/** A list of patterns, separated by commas. @throws Error that names what is not a pattern */
export const parsePatterns = (text: string): FunctionPattern[] =>
  text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '')
    .map(parsePattern);

export function matches({ parts }: FunctionPattern, { environment, integration, name }: FunctionName): boolean {
  return [environment, integration, name].every((value, at) => parts[at] === ANY || parts[at] === value);
}

/** How much memory which functions may use. */
export interface SizeRule {
  readonly pattern: FunctionPattern;
  readonly memoryMb: number;
}

/** `pattern=class` or `pattern=megabytes`, separated by commas. @throws Error that names what is wrong */
export function parseSizes(text: string, classes: Readonly<Record<string, number>>): SizeRule[] {
  return text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '')
    .map((part) => {
      const at = part.lastIndexOf('=');
      const size = part.slice(at + 1).trim();
      const memoryMb = classes[size] ?? Number(size);
      if (at < 1 || !Number.isInteger(memoryMb) || memoryMb < 16)
        throw new Error(`"${part}" sets no size: write environment/integration/function=${Object.keys(classes).join('|')}`);
      return { pattern: parsePattern(part.slice(0, at).trim()), memoryMb };
    });
}

/** The first rule that names a function decides. */
export const memoryOf = (rules: readonly SizeRule[], fn: FunctionName, otherwiseMb: number): number =>
  rules.find(({ pattern }) => matches(pattern, fn))?.memoryMb ?? otherwiseMb;
