import { at } from '../setup/place.mjs';

/** `.env.example` and `docs/configuration.md`: every variable of every app, from the schemas that read them. */
export default async function configuration() {
  const variables = await allVariables();
  return { '.env.example': envExample(variables), 'docs/configuration.md': document(variables) };
}

/** Order of apps: a variable several of them read is described as the first one does. */
const APPS = ['server', 'orchestrator', 'jobs', 'persist', 'runner', 'standalone'];

async function allVariables() {
  const variables = new Map();
  for (const app of [...APPS, 'migrate']) {
    const shape = app === 'migrate' ? await migrationShape() : await shapeOf(app);
    for (const [name, type] of Object.entries(shape)) {
      const known = variables.get(name) ?? { name, apps: [], ...about(type) };
      known.apps.push(app);
      variables.set(name, known);
    }
  }
  return [...variables.values()].toSorted((a, b) => (a.name < b.name ? -1 : 1));
}

async function shapeOf(app) {
  const module = await import(at('dist/apps', app, `src/${app}.config.js`));
  return module[`${app}Config`].shape;
}

/** The migration step is no app of its own: a program, and the first thing `standalone` does. */
async function migrationShape() {
  const { migrateConfig } = await import(at('dist/libs/migrate/src/migrate.config.js'));
  const { provisioningEnv } = await import(at('dist/libs/accounts/src/accounts.config.js'));
  return { ...migrateConfig.shape, ...provisioningEnv };
}

/** What a zod type says about itself, looked for through the wrappers of defaults, pipes and optionals. */
function about(type) {
  const found = { description: undefined, fallback: undefined, secret: false, required: !type.safeParse(undefined).success };
  for (let part = type; part; part = part.def.innerType ?? part.def.in) {
    const meta = part.meta?.() ?? {};
    found.description ??= meta.description;
    found.secret ||= meta.secret === true;
    if (part.def.type === 'default') found.fallback ??= String(part.def.defaultValue);
  }
  return found;
}

function envExample(variables) {
  const entries = variables.map(({ name, description, fallback, required, secret }) => {
    const note = required ? ' Required.' : '';
    return `# ${description ?? 'See docs/configuration.md'}.${note}${secret ? ` Also ${name}_FILE.` : ''}\n# ${name}=${fallback ?? ''}\n`;
  });
  return `# Made by \`npm run gen\` from the schemas in apps/*/src/*.config.ts. \`npm start\` needs none of these and reads them from .env.\n\n${entries.join('\n')}`;
}

function document(variables) {
  const rows = variables.map(({ name, description, fallback, required, secret, apps }) => {
    const standard = fallback === undefined ? (required ? '**required**' : '–') : `\`${fallback}\``;
    return `| \`${name}\` | ${standard} | ${escaped(description ?? '')}${secret ? ' (secret)' : ''} | ${apps.join(', ')} |`;
  });
  return `# Configuration

Made by \`npm run gen\` from the schemas in \`apps/*/src/*.config.ts\`; a wrong value stops the process with a sentence that names it. An empty value
counts as unset. Every variable can be given by file: \`NAME_FILE\` names a file that holds the value of \`NAME\`. \`npm start\` sets what is required itself.

| variable | default | what it is | read by |
|---|---|---|---|
${rows.join('\n')}
`;
}

const escaped = (text) => text.replaceAll('|', '\\|').replaceAll('\n', ' ');
