/**
 * A text as one word of a POSIX shell, whatever is in it.
 *
 * @example shellWord("it's") // => "'it'\\''s'"
 */
export function shellWord(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}

/** A request by the `gh` command line, for one line each. */
export interface GhRequest {
  readonly method: 'POST' | 'PUT' | 'DELETE';
  /** Without a leading slash: `repos/acme/flights/rulesets`. */
  readonly path: string;
  readonly body?: object;
}

/** The command that makes a request. The body is a here-document, in which the shell replaces nothing. */
export function ghApi({ method, path, body }: GhRequest): string {
  const command = `gh api --method ${method} ${shellWord(path)}`;
  return body === undefined ? command : `${command} --input - <<'JSON'\n${JSON.stringify(body)}\nJSON`;
}
