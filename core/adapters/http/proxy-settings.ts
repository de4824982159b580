type Env = Readonly<Record<string, string | undefined>>;

/** The proxies that an environment names, as undici takes them. */
export interface ProxySettings {
  /** URLs; `''` for none. */
  readonly httpProxy: string;
  readonly httpsProxy: string;
  /** Hosts that are asked without a proxy, with commas between them; `*` for all. */
  readonly noProxy: string;
}

/** This machine is never reached through a proxy: for a proxy, `localhost` is another machine. So do Go's tools and the runner. */
const THIS_MACHINE = ['localhost', '127.0.0.1', '[::1]'];

/**
 * Reads `HTTPS_PROXY`, `HTTP_PROXY` and `NO_PROXY`, in lower case first.
 *
 * @returns Undefined where no proxy is named.
 */
export function proxiesOf(env: Env): ProxySettings | undefined {
  const httpProxy = proxyUrl(firstSet(env.http_proxy, env.HTTP_PROXY));
  const httpsProxy = proxyUrl(firstSet(env.https_proxy, env.HTTPS_PROXY));
  if (httpProxy === '' && httpsProxy === '') return undefined;
  return { httpProxy, httpsProxy, noProxy: noProxyOf(firstSet(env.no_proxy, env.NO_PROXY)) };
}

/** An address without a scheme is a proxy that is spoken to by HTTP. */
function proxyUrl(value: string): string {
  return value === '' || value.includes('://') ? value : `http://${value}`;
}

/** A name represents its subdomains too, as for curl and for the runner; undici takes only a name with a dot before it so. */
function noProxyOf(value: string): string {
  const names = value.split(/[,\s]/).filter((name) => name !== '');
  if (names.includes('*')) return '*';
  const both = names.flatMap((name) => (/^[.*]/.test(name) ? [name] : [name, `.${name}`]));
  return [...both, ...THIS_MACHINE].join(',');
}

function firstSet(...values: readonly (string | undefined)[]): string {
  return values.find((value) => value !== undefined && value !== '') ?? '';
}
