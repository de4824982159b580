import { createTwoFilesPatch, FILE_HEADERS_ONLY } from 'diff';

/** A text before and after. */
export interface TextEdit {
  readonly file: string;
  readonly before: string;
  readonly after: string;
}

const CONTEXT_LINES = 3;

/**
 * The difference of two texts as `git diff` prints it: a hunk for each place that changed, with three lines around it.
 *
 * @returns '' where the texts are equal.
 * @example unifiedDiff({ file: 'a', before: 'x\n', after: 'y\n' }) // => 'diff --git a/a b/a\n--- a/a\n+++ b/a\n@@ -1,1 +1,1 @@\n-x\n+y\n'
 */
export function unifiedDiff({ file, before, after }: TextEdit): string {
  if (before === after) return '';
  const options = { context: CONTEXT_LINES, headerOptions: FILE_HEADERS_ONLY };
  const patch = createTwoFilesPatch(`a/${file}`, `b/${file}`, before, after, undefined, undefined, options);
  return `diff --git a/${file} b/${file}\n${patch}`;
}
