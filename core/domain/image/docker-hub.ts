/** A repository in the two parts that many charts keep apart. */
export interface RepositoryParts {
  /** Host, with its port where it has one. */
  readonly registry: string;
  readonly path: string;
}

const DOCKER_HUB = 'docker.io';
/** Names under which Docker's own registry answers as well. */
const ALIASES: readonly string[] = ['index.docker.io', 'registry-1.docker.io'];

/**
 * Splits a repository as Docker, containerd and skopeo do: the first part is a host where it has a dot or a port, or is
 * `localhost`; else the repository is one of docker.io.
 *
 * @example splitRepository('acme/flight') // => { registry: 'docker.io', path: 'acme/flight' }
 */
export function splitRepository(repository: string): RepositoryParts {
  const slash = repository.indexOf('/');
  const first = slash < 0 ? '' : repository.slice(0, slash);
  if (first === 'localhost' || /[.:]/.test(first)) return { registry: first, path: repository.slice(slash + 1) };
  return { registry: DOCKER_HUB, path: repository };
}

/** True if two ways to write a repository mean the same one: with or without the host and `library/` of docker.io. */
export function isSameRepository(one: string, other: string): boolean {
  return one === other || fullName(one) === fullName(other);
}

/** True if a host is that of Docker's own registry. */
export function isDockerHub(registry: string): boolean {
  return registry === DOCKER_HUB || ALIASES.includes(registry);
}

function fullName(repository: string): string {
  const { registry, path } = splitRepository(repository);
  if (!isDockerHub(registry)) return `${registry}/${path}`;
  return `${DOCKER_HUB}/${path.includes('/') ? path : `library/${path}`}`;
}
