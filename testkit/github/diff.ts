/** One file of a diff, as `pulls/{n}/files` shows it. */
export interface FileDiff {
  readonly filename: string;
  readonly previousFilename?: string;
  readonly status: 'added' | 'removed' | 'modified' | 'renamed';
  readonly additions: number;
  readonly deletions: number;
  /** Hunks without the file's header. Absent for binary files and pure renames. */
  readonly patch?: string;
  readonly blobSha: string;
}

/**
 * Reads the output of `git diff -M --full-index`.
 *
 * @param text Unified diff of any number of files.
 */
export function parseDiff(text: string): FileDiff[] {
  return text
    .split(/^(?=diff --git )/m)
    .filter((part) => part.startsWith('diff --git '))
    .map(parseFile);
}

function parseFile(part: string): FileDiff {
  const hunks = part.search(/^@@ /m);
  const header = hunks < 0 ? part : part.slice(0, hunks);
  const patch = hunks < 0 ? undefined : part.slice(hunks).replace(/\n$/, '');
  const field = (pattern: RegExp) => pattern.exec(header)?.[1];
  const renamedFrom = field(/^rename from (.*)$/m);
  const filename =
    field(/^rename to (.*)$/m) ?? field(/^\+\+\+ b\/(.*)$/m) ?? field(/^--- a\/(.*)$/m) ?? nameOf(header);
  const [, before = '', after = ''] = /^index ([0-9a-f]+)\.\.([0-9a-f]+)/m.exec(header) ?? [];
  const removed = /^deleted file mode/m.test(header);
  const lines = patch?.split('\n') ?? [];
  return {
    filename: filename.replace(/\t$/, ''),
    ...(renamedFrom === undefined ? {} : { previousFilename: renamedFrom }),
    status: statusOf(header, renamedFrom),
    additions: lines.filter((line) => line.startsWith('+')).length,
    deletions: lines.filter((line) => line.startsWith('-')).length,
    ...(patch === undefined ? {} : { patch }),
    blobSha: removed ? before : after,
  };
}

function statusOf(header: string, renamedFrom: string | undefined): FileDiff['status'] {
  if (renamedFrom !== undefined) return 'renamed';
  if (/^new file mode/m.test(header)) return 'added';
  return /^deleted file mode/m.test(header) ? 'removed' : 'modified';
}

/** `diff --git a/x b/x`: both halves are the same path where no other line names it. */
function nameOf(header: string): string {
  const paths = header.slice('diff --git a/'.length, header.indexOf('\n'));
  return paths.slice(0, (paths.length - ' b/'.length) / 2);
}
