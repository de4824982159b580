/** A remote on a host that serves Git as GitHub does. */
export interface RemoteAddress {
  readonly protocol: 'http' | 'https' | 'ssh';
  /** In lower case. */
  readonly host: string;
  readonly port: number | undefined;
  readonly owner: string;
  readonly name: string;
}

/**
 * Reads the address of a remote; undefined for a folder, and for what is not `<owner>/<name>` on a host.
 *
 * @example parseRemoteAddress('git@github.com:acme/churn.git') // => { protocol: 'ssh', host: 'github.com', port: undefined, owner: 'acme', name: 'churn' }
 */
export function parseRemoteAddress(remote: string): RemoteAddress | undefined {
  const match = /^(?:(https?):\/\/(?:[^@/]+@)?|ssh:\/\/git@|git@)([^/:]+)(?::(\d+))?[/:](.+?)(?:\.git)?\/?$/.exec(
    remote,
  );
  const [, scheme, host, port, path = ''] = match ?? [];
  const [, owner, name] = /^([\w.-]+)\/([\w.-]+)$/.exec(path) ?? [];
  if (host === undefined || owner === undefined || name === undefined) return undefined;
  const protocol = scheme === 'http' || scheme === 'https' ? scheme : 'ssh';
  return { protocol, host: host.toLowerCase(), port: port === undefined ? undefined : Number(port), owner, name };
}
