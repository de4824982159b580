import { isWithin } from './repository-path.ts';

/** A line of a `.dvcignore`. The last rule that matches decides. */
export interface IgnoreRule {
  readonly pattern: RegExp;
  readonly isNegated: boolean;
  readonly isFolderOnly: boolean;
  /** Folder of the file that has it. */
  readonly folder: string;
}

/**
 * Reads a `.dvcignore` (the syntax of .gitignore).
 *
 * @param folder Where it lies, relative to the repository root.
 */
export function parseIgnoreRules(text: string, folder: string): readonly IgnoreRule[] {
  return text.split(/\r?\n/).flatMap((raw): IgnoreRule[] => {
    const line = withoutSpaces(raw);
    if (line === '' || line.startsWith('#')) return [];
    const isNegated = line.startsWith('!');
    const glob = (isNegated ? line.slice(1) : line).replace(/^\\([#!])/, '$1');
    const isFolderOnly = glob.endsWith('/');
    const bare = glob.replace(/\/$/, '');
    const anchored = bare.includes('/');
    const source = globSource(bare.replace(/^\//, ''));
    const pattern = new RegExp(`^${anchored ? '' : '(?:.*/)?'}${source}$`, 'u');
    return [{ pattern, isNegated, isFolderOnly, folder }];
  });
}

/** Spaces at the end do not count, but for one after a backslash. */
function withoutSpaces(raw: string): string {
  const bare = raw.trimEnd();
  return bare.endsWith('\\') ? raw.slice(0, bare.length + 1) : bare;
}

/** Whether the rules leave a file or folder out. Its parents were asked before. */
export function isIgnored(rules: readonly IgnoreRule[], path: string, kind: 'file' | 'folder'): boolean {
  const last = rules.findLast((rule) => {
    if (rule.isFolderOnly && kind === 'file') return false;
    if (!isWithin(path, rule.folder) || path === rule.folder) return false;
    return rule.pattern.test(rule.folder === '' ? path : path.slice(rule.folder.length + 1));
  });
  return last !== undefined && !last.isNegated;
}

function globSource(glob: string): string {
  return glob.replace(/\*\*\/|\/\*\*$|\*\*|\*|\?|\[[^\]]+\]|\\.|[.+^${}()|[\]]/gu, (token) => {
    if (token === '**/') return '(?:.*/)?';
    if (token === '/**') return '/.+';
    if (token === '*' || token === '**') return '[^/]*';
    if (token === '?') return '[^/]';
    if (token.startsWith('[') && token.length > 1) return token.replace(/^\[!/, '[^');
    return token.startsWith('\\') ? `\\${token.slice(1)}`.replace(/^\\([A-Za-z0-9_ -])$/, '$1') : `\\${token}`;
  });
}
