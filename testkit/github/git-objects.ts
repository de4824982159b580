/** A person or program named in a commit or tag. `date` is ISO 8601, UTC. */
export interface Signature {
  readonly name: string;
  readonly email: string;
  readonly date: string;
}

/** A commit object. */
export interface CommitObject {
  readonly sha: string;
  readonly tree: string;
  readonly parents: readonly string[];
  readonly author: Signature;
  readonly committer: Signature;
  readonly message: string;
}

/** An annotated tag object. */
export interface TagObject {
  readonly sha: string;
  readonly object: { readonly sha: string; readonly type: string };
  readonly tag: string;
  readonly tagger: Signature;
  readonly message: string;
}

/** Reads the raw text of a commit. */
export function parseCommit(raw: Buffer): Omit<CommitObject, 'sha'> {
  const { headers, message } = parseObject(raw);
  const first = (name: string) => headers.find(([key]) => key === name)?.[1] ?? '';
  return {
    tree: first('tree'),
    parents: headers.filter(([key]) => key === 'parent').map(([, value]) => value),
    author: parseSignature(first('author')),
    committer: parseSignature(first('committer')),
    message,
  };
}

/** Reads the raw text of an annotated tag. */
export function parseTag(raw: Buffer): Omit<TagObject, 'sha'> {
  const { headers, message } = parseObject(raw);
  const first = (name: string) => headers.find(([key]) => key === name)?.[1] ?? '';
  const object = { sha: first('object'), type: first('type') };
  return { object, tag: first('tag'), tagger: parseSignature(first('tagger')), message };
}

/** The raw text of a commit. */
export function formatCommit(commit: Omit<CommitObject, 'sha'>): string {
  const lines = [
    `tree ${commit.tree}`,
    ...commit.parents.map((parent) => `parent ${parent}`),
    `author ${formatSignature(commit.author)}`,
    `committer ${formatSignature(commit.committer)}`,
  ];
  return `${lines.join('\n')}\n\n${withNewline(commit.message)}`;
}

/** The raw text of an annotated tag. */
export function formatTag(tag: Omit<TagObject, 'sha'>): string {
  const lines = [
    `object ${tag.object.sha}`,
    `type ${tag.object.type}`,
    `tag ${tag.tag}`,
    `tagger ${formatSignature(tag.tagger)}`,
  ];
  return `${lines.join('\n')}\n\n${withNewline(tag.message)}`;
}

function withNewline(message: string): string {
  return message.endsWith('\n') ? message : `${message}\n`;
}

function parseObject(raw: Buffer): { headers: [string, string][]; message: string } {
  const text = raw.toString('utf8');
  const end = text.indexOf('\n\n');
  const headers = text
    .slice(0, end)
    .split('\n')
    .filter((line) => !line.startsWith(' '))
    .map((line): [string, string] => [line.slice(0, line.indexOf(' ')), line.slice(line.indexOf(' ') + 1)]);
  return { headers, message: text.slice(end + 2).replace(/\n$/, '') };
}

function parseSignature(text: string): Signature {
  const match = /^(.*) <(.*)> (\d+) [+-]\d{4}$/.exec(text);
  const date = new Date(Number(match?.[3] ?? 0) * 1000).toISOString().replace('.000Z', 'Z');
  return { name: match?.[1] ?? '', email: match?.[2] ?? '', date };
}

function formatSignature(signature: Signature): string {
  return `${signature.name} <${signature.email}> ${Math.floor(Date.parse(signature.date) / 1000)} +0000`;
}
