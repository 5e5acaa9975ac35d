/** What every process on this machine is told, whatever it does. */
const OF_THE_SYSTEM =
  /^(PATH|HOME|LANG|LC_\w+|TZ|TMPDIR|NODE_ENV|NODE_EXTRA_CA_CERTS|SSL_CERT_(FILE|DIR)|OTEL_\w+|https?_proxy|no_proxy)$/i;

/** The environment of the runner: what it declares itself, and nothing else, so that no secret of another service is in its reach. */
export function runnerEnvironment(env: NodeJS.ProcessEnv, declared: readonly string[]): NodeJS.ProcessEnv {
  const names = new Set(declared.flatMap((name) => [name, `${name}_FILE`]));
  return Object.fromEntries(Object.entries(env).filter(([name]) => names.has(name) || OF_THE_SYSTEM.test(name)));
}
