import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { unifiedDiff } from '../../../../core/domain/text/unified-diff.ts';
import { hostEnvironment } from '../../../../testkit/host-environment.ts';
import { seededRandom } from '../../../../testkit/seeded-random.ts';

/** What `git apply` makes of a text by a patch. */
function applied(before: string, patch: string): string {
  const folder = mkdtempSync(path.join(tmpdir(), 'diff-'));
  const git = (args: readonly string[], input?: string) =>
    execFileSync('git', args, { cwd: folder, env: hostEnvironment(), input, encoding: 'utf8' });
  try {
    writeFileSync(path.join(folder, 'k8s.yaml'), before);
    git(['init', '--quiet', '.']);
    git(['apply', '--whitespace=nowarn', '-'], patch);
    return execFileSync('cat', ['k8s.yaml'], { cwd: folder, encoding: 'utf8' });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

describe('unifiedDiff', () => {
  it('is what git applies, wherever lines changed and however they end', () => {
    const random = seededRandom(11);
    for (let round = 0; round < 20; round++) {
      const lines = Array.from({ length: 40 }, (_, i) => `line ${i % 7}${round % 3 === 0 ? '\r' : ''}`);
      const changed = lines.flatMap((line) => {
        const draw = random.uniform();
        if (draw < 0.05) return [];
        return draw < 0.1 ? [line, 'added'] : draw < 0.15 ? [`${line} changed`] : [line];
      });
      const end = (list: readonly string[]) => list.join('\n') + (random.uniform() < 0.5 ? '\n' : '');
      const [before, after] = [end(lines), end(changed)];
      if (before === after) continue;
      expect(applied(before, unifiedDiff({ file: 'k8s.yaml', before, after }))).toBe(after);
    }
  });

  it('leaves out what lies between two places, and is empty for equal texts', () => {
    const lines = Array.from({ length: 30 }, (_, i) => `a${i}`);
    const before = `${lines.join('\n')}\n`;
    const after = before.replace('a2\n', 'b2\n').replace('a27\n', 'b27\n');
    const patch = unifiedDiff({ file: 'f', before, after });
    expect(patch.match(/^@@ /gm)).toHaveLength(2);
    expect(patch).not.toContain('a15');
    expect(unifiedDiff({ file: 'f', before, after: before })).toBe('');
  });
});
