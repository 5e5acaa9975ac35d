/** The path of a Chromium that tests can drive; undefined where there is none and none could be installed. @throws where `CI=true` demands one */
export function ensureChromium(say: (line: string) => void): Promise<string | undefined>;
