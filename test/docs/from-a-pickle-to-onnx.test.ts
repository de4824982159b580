import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PROJECT_ROOT } from '../../scripts/project-root.ts';
import { ensurePythonEnvironment } from '../../scripts/python-environment.ts';
import { hostEnvironment } from '../../testkit/host-environment.ts';
import { runProgram } from '../../testkit/run-program.ts';

const PAGE = await readFile(join(PROJECT_ROOT, 'docs/guide/from-a-pickle-to-onnx.md'), 'utf8');
/** Making the environment downloads packages. */
const SET_UP_MS = 300_000;

interface Block {
  readonly heading: string;
  readonly code: string;
  /** The comment in its first line: `error: …`, `differs`, `dictionaries`; else empty. */
  readonly says: string;
}

/** The blocks of Python, with the heading above each. */
function blocksOf(page: string): readonly Block[] {
  return page.split(/^## /m).flatMap((part) =>
    [...part.matchAll(/^```python\n(.*?)^```/gms)].map(([, code = '']) => ({
      heading: part.split('\n')[0]?.replace(/^# /, '') ?? '',
      code,
      says: /^# (.*)/.exec(code)?.[1] ?? '',
    })),
  );
}

const [example, comparison, ...rest] = blocksOf(PAGE);
const traps = rest.slice(0, -1);
const imports = rest.at(-1);
const right = traps.filter(({ says }) => says === '');
const wrong = traps.filter(({ says }) => says !== '');

let folder: string;
let outcomes: readonly { readonly difference?: number; readonly dictionaries?: boolean; readonly error?: string }[];

beforeAll(async () => {
  const { python: interpreter } = await ensurePythonEnvironment('corpus');
  folder = await mkdtemp(join(tmpdir(), 'tidegate-export-'));
  const blocks = [example, comparison, imports, ...traps].map((block) => block?.code);
  await writeFile(join(folder, 'blocks.json'), JSON.stringify(blocks));
  // No folder of locales: as in most containers, whatever this machine has.
  const env = { ...hostEnvironment(), HOME: folder, LOCPATH: folder, LC_ALL: 'C' };
  const script = join(PROJECT_ROOT, 'test/docs/export_blocks.py');
  const ran = await runProgram(interpreter, [script], { cwd: folder, env });
  expect(ran.exitCode, ran.stderr).toBe(0);
  outcomes = JSON.parse(ran.stdout);
}, SET_UP_MS);
afterAll(() => rm(folder, { recursive: true, force: true }));

const outcomeOf = (block: Block) => outcomes[traps.indexOf(block) + 1];

describe('from a pickle to ONNX', () => {
  it('has an outcome for the example and for each trap', () => {
    expect(outcomes).toHaveLength(traps.length + 1);
    expect(outcomes[0]?.difference).toBeLessThan(1e-5);
    expect(wrong.length).toBeGreaterThan(10);
  });

  it.each(right)('$heading: what the page advises computes what scikit-learn computes', (block) => {
    expect(outcomeOf(block)).toEqual({ difference: expect.any(Number) });
    expect(outcomeOf(block)?.difference).toBeLessThan(1e-5);
  });

  it.each(wrong)('$heading: does what its comment says ($says)', (block) => {
    const outcome = outcomeOf(block);
    const [, error] = /^error: (.*)/.exec(block.says) ?? [];
    if (error !== undefined) expect(outcome?.error).toContain(error);
    else if (block.says === 'dictionaries') expect(outcome).toEqual({ dictionaries: true });
    else {
      expect(block.says).toBe('differs');
      expect(outcome?.difference).toBeGreaterThan(1e-3);
    }
  });

  it('has a way out under each heading with a trap', () => {
    const solved = new Set(right.map(({ heading }) => heading));
    // The columns of 64 bits are solved by the first block of the page.
    const open = new Set(wrong.map(({ heading }) => heading).filter((heading) => !solved.has(heading)));
    expect([...open]).toEqual(['Columns of 64 bits']);
    expect(example?.code).toContain('"float32"');
  });
});
