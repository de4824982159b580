/** Chosen: GitHub's own limit of a comment. */
export const MAX_COMMENT_CHARACTERS = 65_536;

/** A line that opens a block of code; one of backticks has no further backtick. */
const FENCE = /^(`{3,})[^`]*$|^(~{3,})/;
/** A fence that is indented or in a list or quote: what it opens or ends is not told apart here. */
const NESTED_FENCE = /^(?:[ \t]|[>*+-]|\d+[.)]).*(?:```|~~~)/;
/** Lists, quotes, code and what continues them: the next line may belong to it. */
const NESTED = /^(?:[ \t]|>|[*+-](?:[ \t]|$)|\d{1,9}[.)](?:[ \t]|$))/;
/** Marks whose text goes on in the next line, where it may be hidden: code, links and their titles, tables, formulas. */
const SPANNING = /[`[\]|$]/;
/** Tags that hide nothing, whole on their line, and addresses in angle brackets. */
const HARMLESS = /<\/?(?:a|b|br|code|del|em|i|img|ins|kbd|s|strong|sub|sup|u)(?:[ \t][^<>]*)?\/?>|<https?:[^<>\s]*>/gi;
const MAY_BE_HTML = /<[a-z/!?]/i;
const COMMENT_START = '<!--';
const COMMENT_END = '-->';

/** Context of a line from the lines above. */
interface Above {
  /** The fence of the block of code that is open. */
  fence: string | undefined;
  isInComment: boolean;
  /** The paragraph that goes on may not be one of plain text at the top level. */
  isDoubtful: boolean;
}

/**
 * The lines of a comment that everyone sees as plain text at its top level: not in code, quotes, lists, HTML comments,
 * folded parts, titles of links, tables or formulas. Where that cannot be told from the line and those above it, the
 * line is left out, and after a tag that may hide what follows all lines are. Takes as long as the text is.
 *
 * @param text At most its first 65,536 characters are looked at.
 */
export function* visibleLines(text: string): Generator<string> {
  const above: Above = { fence: undefined, isInComment: false, isDoubtful: false };
  for (const written of text.slice(0, MAX_COMMENT_CHARACTERS).split('\n')) {
    const line = written.endsWith('\r') ? written.slice(0, -1) : written;
    if (isInCode(line, above) || isInComment(line, above)) continue;
    if (NESTED_FENCE.test(line) || mayHideTheRest(line)) return;
    if (line.trim() === '') above.isDoubtful = false;
    else if (NESTED.test(line) || SPANNING.test(line)) above.isDoubtful = true;
    else if (!above.isDoubtful) yield line;
  }
}

/** True if a line is a fence or between two; keeps track of them. */
function isInCode(line: string, above: Above): boolean {
  if (above.isInComment) return false;
  if (above.fence === undefined) {
    const found = FENCE.exec(line);
    above.fence = found?.[1] ?? found?.[2];
    if (above.fence !== undefined) above.isDoubtful = false;
    return above.fence !== undefined;
  }
  // What ends it has at least as many marks, and nothing but spaces behind them.
  const mark = above.fence.charAt(0);
  const end = line.trimEnd();
  if (end.startsWith(above.fence) && [...end].every((character) => character === mark)) above.fence = undefined;
  return true;
}

/** True if a line is in an HTML comment, or begins or ends one; keeps track of them. */
function isInComment(line: string, above: Above): boolean {
  let at = above.isInComment ? 0 : line.indexOf(COMMENT_START);
  if (at < 0) return false;
  // What is in one line with a comment is not a paragraph of its own.
  above.isDoubtful = true;
  while (at >= 0) {
    // The two dashes of the beginning may belong to the end as well.
    const end = line.indexOf(COMMENT_END, above.isInComment ? at : at + 2);
    above.isInComment = end < 0;
    if (end < 0) return true;
    at = line.indexOf(COMMENT_START, end);
  }
  return true;
}

function mayHideTheRest(line: string): boolean {
  return MAY_BE_HTML.test(line) && MAY_BE_HTML.test(line.replace(HARMLESS, ''));
}
