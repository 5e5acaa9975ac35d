import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ConfigError } from '#libs/kernel';
import { lintFiles } from './lint-files.js';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'lint-files-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

describe('providers:check', () => {
  it('finds nothing wrong in the built-in catalogue', async () => {
    const { entries, problems } = await lintFiles([]);
    expect(problems).toEqual([]);
    expect(entries).toBeGreaterThanOrEqual(150);
  });

  it('names file, entry, field and cure of what is wrong in given files, and of nothing else', async () => {
    const path = join(folder, 'mine.yaml');
    writeFileSync(
      path,
      `mine: { alias: openai, display_name: Mine }
bad: { display_name: Bad, docs: https://e.com, auth_mode: OAUTH2_CC, proxy: { base_url: https://e.com } }
worse: { display_name: Worse, docs: https://e.com, auth_mode: NONE, colour: red }`,
    );
    expect(await lintFiles([path])).toEqual({
      entries: 2,
      problems: [
        'mine.yaml: worse: colour: there is no such field: correct its name or remove it',
        'mine.yaml: bad: token_url: OAUTH2_CC needs it: add it',
      ],
    });
  });

  it('says which path cannot be read', async () => {
    await expect(lintFiles([join(folder, 'gone.yaml')])).rejects.toThrow(ConfigError);
  });
});
