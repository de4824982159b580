/** A text before and after. */
export interface TextEdit {
  readonly file: string;
  readonly before: string;
  readonly after: string;
}

const CONTEXT_LINES = 3;

/**
 * The difference of two texts as `git diff` prints it, as one hunk from the first changed line to the last: edits of
 * manifests are a line or two that stand together.
 *
 * @returns '' where the texts are equal.
 */
export function unifiedDiff({ file, before, after }: TextEdit): string {
  if (before === after) return '';
  const old = splitLines(before);
  const now = splitLines(after);
  const same = commonPrefix(old, now);
  const tail = commonPrefix(old.slice(same).reverse(), now.slice(same).reverse());
  const from = Math.max(0, same - CONTEXT_LINES);
  const oldEnd = old.length - tail;
  const nowEnd = now.length - tail;
  const lines = [
    ...old.slice(from, same).map((line) => ` ${line}`),
    ...old.slice(same, oldEnd).map((line) => `-${line}`),
    ...now.slice(same, nowEnd).map((line) => `+${line}`),
    ...old.slice(oldEnd, oldEnd + CONTEXT_LINES).map((line) => ` ${line}`),
  ];
  const after3 = Math.min(tail, CONTEXT_LINES);
  const hunk = `@@ -${from + 1},${oldEnd - from + after3} +${from + 1},${nowEnd - from + after3} @@`;
  return `diff --git a/${file} b/${file}\n--- a/${file}\n+++ b/${file}\n${hunk}\n${lines.map(ended).join('')}`;
}

/** Lines with their line feed, so that a missing one at the end of the file is seen. */
function splitLines(text: string): readonly string[] {
  return text.match(/[^\n]*\n|[^\n]+$/g) ?? [];
}

function ended(line: string): string {
  return line.endsWith('\n') ? line : `${line}\n\\ No newline at end of file\n`;
}

function commonPrefix(left: readonly string[], right: readonly string[]): number {
  const length = Math.min(left.length, right.length);
  for (let i = 0; i < length; i++) if (left[i] !== right[i]) return i;
  return length;
}
