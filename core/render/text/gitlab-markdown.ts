const ZERO_WIDTH_SPACE = '\u200b';
/** Merge requests, milestones, labels, snippets, alerts and epics: `!1`, `%"next"`, `~bug`, `$1`, `^alert#1`, `&1`. */
const REFERENCE = /([!%~$^])(?=["\w])|(&)(?=\d)/g;
const FENCE = /^ {0,3}(`{3,}|~{3,})/;

/**
 * A text in GitHub's Markdown as one in GitLab's: the same to read, and nothing that GitLab alone would act upon. A line that
 * begins with `/` would be a quick action (`/merge`, `/close`), which GitLab carries out with the rights of the token.
 *
 * @example toGitLabMarkdown('/close\nsee !7') // => '\u200b/close\nsee !\u200b7'
 */
export function toGitLabMarkdown(text: string): string {
  let fence: string | undefined;
  return text
    .split('\n')
    .map((line) => {
      const [, mark = ''] = FENCE.exec(line) ?? [];
      const isFence = mark !== '' && (fence === undefined || (mark.startsWith(fence) && line.trim() === mark));
      if (isFence) fence = fence === undefined ? mark : undefined;
      // Charts and code are shown as they are; a quick action is none there, but what ends a fence is not ours to say.
      const inert = line.replace(/^(\s*)\//, `$1${ZERO_WIDTH_SPACE}/`);
      return fence === undefined && !isFence ? withoutReferences(inert) : inert;
    })
    .join('\n');
}

/** Comments are for us, and hold no reference. */
function withoutReferences(line: string): string {
  if (line.startsWith('<!--')) return line;
  return line.replace(REFERENCE, (_, sign = '', epic = '') => `${sign}${epic}${ZERO_WIDTH_SPACE}`);
}
