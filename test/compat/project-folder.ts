import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const HERE = fileURLToPath(new URL('.', import.meta.url));

/** A project of the CLI whose functions a test chooses. It lies beside the installed packages, so that it finds them. */
export interface ProjectFolder {
  readonly path: string;
  /** Makes these the functions of the project, and no others. @param functions source by path, such as `acme/syncs/contacts` */
  setFunctions(functions: Readonly<Record<string, string>>): Promise<void>;
  remove(): Promise<void>;
}

export async function makeProject(): Promise<ProjectFolder> {
  const path = await mkdtemp(join(HERE, 'node_modules/.project-'));
  await Promise.all(['package.json', 'tsconfig.json'].map((file) => cp(join(HERE, 'project', file), join(path, file))));
  return {
    path,
    async setFunctions(functions) {
      for (const [name, source] of Object.entries(functions)) {
        await mkdir(dirname(join(path, name)), { recursive: true });
        await writeFile(join(path, `${name}.ts`), source);
      }
      const imports = Object.keys(functions).map((name) => `import './${name}.js';`);
      await writeFile(join(path, 'index.ts'), `${imports.join('\n')}\n`);
    },
    remove: () => rm(path, { recursive: true }),
  };
}
