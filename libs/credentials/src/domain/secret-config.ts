type Config = Readonly<Record<string, unknown>>;

/** What the catalogue says of a configuration field, as far as it matters here. */
interface DeclaredField {
  readonly secret?: boolean | undefined;
}

/**
 * Fields that hold secrets though no catalogue entry says so: they come from a provider's answer, or from a connect session.
 * An incoming webhook's URL is one too: whoever knows it may post.
 */
const SECRET_NAME =
  /secret|passw|token|private_?key|api_?key|application_?key|user_?credentials|client_?info|verifier|incoming_webhook\.url/i;

/** A configuration in two parts: what may stand in the row as it is, and what is sealed (spec/auth.md §5). */
export function splitConfig(
  declared: Readonly<Record<string, DeclaredField>> | undefined,
  config: Config,
): { readonly connectionConfig: Config; readonly secretConfig: Config } {
  const isSecret = (name: string) => (declared?.[name]?.secret ?? false) || SECRET_NAME.test(name);
  const entries = Object.entries(config);
  return {
    connectionConfig: Object.fromEntries(entries.filter(([name]) => !isSecret(name))),
    secretConfig: Object.fromEntries(entries.filter(([name]) => isSecret(name))),
  };
}
