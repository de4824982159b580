import type { TagReference } from '../../domain/registry/active-versions.ts';
import { withoutEnding } from '../../domain/text/without-ending.ts';
import { ServiceError } from '../../errors.ts';
import type { NewTag, TagDetails, VersionTags } from '../../ports/github/version-tags.ts';
import { failed, type GitRemote } from './git-remote.ts';

/** Chosen: a command line that every system takes. */
const TAGS_AT_ONCE = 50;

/** The tags of a remote, by Git alone. */
export class GitVersionTags implements VersionTags {
  readonly #remote: GitRemote;
  readonly #nowMs: () => number;

  /** @param nowMs Clock for the date of a tag; default: the machine's. */
  constructor(remote: GitRemote, nowMs: () => number = Date.now) {
    this.#remote = remote;
    this.#nowMs = nowMs;
  }

  async list(model: string): Promise<readonly TagReference[]> {
    const prefix = `refs/tags/${model.replace(':', '=')}@`;
    const { stdout } = await this.#remote.ask(['ls-remote', 'origin', `${prefix}*`]);
    const refs = stdout
      .toString('utf8')
      .split('\n')
      .flatMap((line) => {
        const [, sha = '', name = ''] = /^([0-9a-f]{40})\t(\S+)$/.exec(line) ?? [];
        return name.startsWith(prefix) ? [{ sha, name }] : [];
      });
    // A line with the commit follows that of an annotated tag.
    const annotated = new Set(refs.flatMap(({ name }) => (name.endsWith('^{}') ? [name.slice(0, -3)] : [])));
    return refs
      .filter(({ name }) => !name.endsWith('^{}'))
      .map(({ sha, name }) => ({
        ...{ name: name.slice('refs/tags/'.length), objectSha: sha },
        annotated: annotated.has(name),
      }));
  }

  async read(tag: TagReference): Promise<TagDetails> {
    const [details] = await this.readAll([tag]);
    if (details === undefined) throw new RangeError(`the tag ${tag.name} was not read`);
    return details;
  }

  async readAll(tags: readonly TagReference[]): Promise<readonly TagDetails[]> {
    const found: TagDetails[] = [];
    for (let at = 0; at < tags.length; at += TAGS_AT_ONCE) {
      const some = tags.slice(at, at + TAGS_AT_ONCE);
      await this.#fetch(some);
      for (const tag of some) found.push(await this.#details(tag));
    }
    return found;
  }

  async create({ name, message, commit }: NewTag): Promise<'created' | 'taken'> {
    const date = `${Math.floor(this.#nowMs() / 1000)} +0000`;
    const head = `object ${commit}\ntype commit\ntag ${name}\ntagger Tidegate <tidegate@users.noreply.invalid> ${date}`;
    const made = await this.#remote.git(['mktag'], `${head}\n\n${message}\n`);
    if (made.code !== 0) throw failed(made.stderr);
    const sha = made.stdout.toString('utf8').trim();
    const ref = `refs/tags/${name}`;
    // The server takes the ref only if it has none of this name: of two at once one is first.
    const pushed = await this.#remote.push(`${sha}:${ref}`, [`--force-with-lease=${ref}:`]);
    if (pushed.code === 0) return 'created';
    const { stdout } = await this.#remote.ask(['ls-remote', 'origin', ref]);
    const there = /^([0-9a-f]{40})\t/.exec(stdout.toString('utf8'))?.[1];
    // An answer may be lost on the way back: what is there may be the one just made.
    if (there !== undefined) return there === sha ? 'created' : 'taken';
    throw refused(name, pushed.stderr);
  }

  async #fetch(tags: readonly TagReference[]): Promise<void> {
    const missing: TagReference[] = [];
    for (const tag of tags) {
      if ((await this.#remote.git(['cat-file', '-e', tag.objectSha])).code !== 0) missing.push(tag);
    }
    if (missing.length === 0) return;
    const specs = missing.map(({ name }) => `+refs/tags/${name}:refs/tidegate/tags/${name}`);
    await this.#remote.ask(['fetch', '--quiet', '--no-tags', 'origin', ...specs]);
  }

  async #details({ name, objectSha }: TagReference): Promise<TagDetails> {
    const { code, stdout } = await this.#remote.git(['cat-file', 'tag', objectSha]);
    if (code !== 0) {
      throw new ServiceError('GIT_REMOTE_FAILED', `the tag ${name} was changed or deleted meanwhile`, {
        fix: 'No action needed: run the job again.',
        retryable: true,
      });
    }
    const text = stdout.toString('utf8');
    const end = text.indexOf('\n\n');
    const head = text.slice(0, end < 0 ? text.length : end);
    const commit = /^object ([0-9a-f]{40})$/m.exec(head)?.[1] ?? '';
    const seconds = /^tagger .*> (\d{1,12}) [+-]\d{4}$/m.exec(head)?.[1];
    const taggedAt = seconds === undefined ? null : new Date(Number(seconds) * 1000).toISOString();
    return { message: end < 0 ? '' : withoutEnding(text.slice(end + 2), '\n'), commit, taggedAt };
  }
}

function refused(name: string, stderr: string): ServiceError {
  const lines = stderr.split('\n').filter((line) => /^(?:remote|fatal|error| !)/.test(line));
  const shown = lines
    .join(' ')
    .replaceAll(/([a-z]{1,10}:\/\/)[^/?#\s]*@/gi, '$1')
    .slice(0, 500);
  return new ServiceError('GIT_REMOTE_FAILED', `the remote refused the tag ${name}: ${shown}`, {
    fix: 'Give this job a token that may push tags. GitLab: the protected CI/CD variable GITLAB_PUSH_TOKEN, a project access token with the scope write_repository that may create the protected tags. Jenkins: gitUsernamePassword.',
    retryable: false,
  });
}
