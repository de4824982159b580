/**
 * Packs blocks into as few parts as fit a limit, in order. A block that is larger than a part is cut between its lines.
 *
 * @param blocks Markdown blocks; empty ones are left out.
 * @param maxCharacters Of a part; a single line above it is cut with an ellipsis.
 * @returns At least one part.
 */
export function splitParts(blocks: readonly string[], maxCharacters: number): readonly string[] {
  const parts: string[] = [];
  let part = '';
  const add = (text: string, joint: string) => {
    if (part !== '' && part.length + joint.length + text.length > maxCharacters) {
      parts.push(part);
      part = '';
    }
    part = part === '' ? text : `${part}${joint}${text}`;
  };
  for (const block of blocks.filter((text) => text !== '')) {
    if (block.length <= maxCharacters) add(block, '\n\n');
    else for (const line of block.split('\n')) add(cut(line, maxCharacters), '\n');
  }
  return [...parts, part];
}

function cut(line: string, maxCharacters: number): string {
  return line.length <= maxCharacters ? line : `${line.slice(0, maxCharacters - 1)}…`;
}
