/**
 * Tells whether a path fits a pattern: `*` and `?` stay within a name, `**` goes through folders, `[…]` is one of some
 * characters (`[!…]`: none of them).
 *
 * @example globMatcher('data/*.csv')('data/b.csv') // => true
 */
export function globMatcher(pattern: string): (path: string) => boolean {
  const source = pattern.replace(/\*\*\/|\*\*|\*|\?|\[[^\]]+\]|[.+^${}()|[\]\\]/gu, (token) => {
    if (token === '**/') return '(?:.*/)?';
    if (token === '**') return '.*';
    if (token === '*') return '[^/]*';
    if (token === '?') return '[^/]';
    if (token.length > 1) return token.replace(/^\[!/, '[^').replaceAll('\\', '\\\\');
    return `\\${token}`;
  });
  const expression = new RegExp(`^${source}$`, 'u');
  return (path) => expression.test(path);
}
