import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PROJECT_ROOT } from '../../scripts/project-root.ts';
import { runGit } from '../../testkit/git-client.ts';
import { type GitLabServer, startGitLab } from '../../testkit/gitlab.ts';
import { hostEnvironment } from '../../testkit/host-environment.ts';
import { runProgram } from '../../testkit/run-program.ts';

const CONFIG = `version: 1
models:
  delay:
    task: binary-classification
    artifact: model.onnx
    data: { label: late, features: [a, b] }
    evaluate: { dataset: test.csv, metrics: [accuracy] }
    gate: { rules: [{ metric: accuracy, min: 0.85 }] }
`;
const ROWS = Array.from({ length: 400 }, (_, i) => {
  const [a, b] = [((i * 37) % 101) / 50 - 1, ((i * 53) % 97) / 48 - 1];
  return `${a},${b},${a + b / 2 > 0 === (i % 13 > 0) ? 1 : 0}`;
});

let root: string;
let folder: string;
let gitlab: GitLabServer;
let commit: string;
beforeAll(async () => {
  root = await mkdtemp(path.join(os.tmpdir(), 'tidegate-note-'));
  // A model in a folder of a larger repository.
  folder = path.join(root, 'models', 'delay');
  await mkdir(folder, { recursive: true });
  await cp(path.join(PROJECT_ROOT, 'test/fixtures/models/good.onnx'), path.join(folder, 'model.onnx'));
  await cp(path.join(PROJECT_ROOT, 'test/fixtures/models/poor.onnx'), path.join(folder, 'poor.onnx'));
  await writeFile(path.join(folder, 'tidegate.yaml'), CONFIG);
  await writeFile(path.join(folder, 'test.csv'), `a,b,late\n${ROWS.join('\n')}\n`);
  await runGit(root, ['init', '--quiet', '.']);
  await runGit(root, ['add', '.']);
  await runGit(root, ['commit', '--quiet', '-m', 'a model']);
  commit = await runGit(root, ['rev-parse', 'HEAD']);
  const users = [{ token: 'glpat-test', id: 7, scopes: ['api'], projects: [3] }];
  gitlab = await startGitLab({ project: 3, mergeRequest: 5, users });
});
afterAll(async () => {
  await gitlab?.close();
  await rm(root, { recursive: true, force: true });
});

/** As in a job of a merge request pipeline. */
function tidegate(args: readonly string[], more: Readonly<Record<string, string>> = {}) {
  const env = {
    ...{ ...hostEnvironment(), HOME: root, GITLAB_CI: 'true', CI_API_V4_URL: gitlab.apiUrl, CI_PROJECT_ID: '3' },
    ...{ CI_MERGE_REQUEST_IID: '5', CI_PIPELINE_ID: '21', CI_COMMIT_SHA: commit, GITLAB_TOKEN: 'glpat-test' },
    ...more,
  };
  return runProgram(process.execPath, [path.join(PROJECT_ROOT, 'cli/tidegate.ts'), ...args], { cwd: folder, env });
}
const note = (more?: Readonly<Record<string, string>>) => tidegate(['note'], more);

describe('tidegate note', () => {
  it('says that no model was judged where judge did not get that far', async () => {
    const run = await note();
    expect(run.exitCode, run.stderr).toBe(0);
    expect(gitlab.notes[0]?.body).toContain('ended before a model was judged');
  });

  it('writes the comment of a pull request as a note, and edits it when the model is another one', async () => {
    expect((await tidegate(['judge', '--champion', 'none'])).exitCode).toBe(0);
    const first = await note();
    expect(first.exitCode, first.stderr).toBe(0);
    expect(first.stdout).toBe('The note was edited\n');
    expect(gitlab.notes[0]?.body).toContain('### Tidegate · delay · ✅ pass');
    const worse = { CI_PIPELINE_ID: '22' };
    const flags = ['--artifact-path', 'poor.onnx', '--junit-report', 'out/junit.xml'];
    expect((await tidegate(['judge', '--champion', 'none', ...flags], worse)).exitCode).toBe(1);
    expect((await note(worse)).stdout).toBe('The note was edited\n');
    expect((await note(worse)).stdout).toBe('The note says this already\n');
    expect(gitlab.notes).toHaveLength(1);
    expect(gitlab.notes[0]?.body).toContain('❌ fail');
  });

  it('never shows the report of an earlier pipeline that a runner has kept', async () => {
    expect((await note({ CI_PIPELINE_ID: '23' })).exitCode).toBe(0);
    expect(gitlab.notes[0]?.body).toContain('of another commit or pipeline');
    expect((await note({ CI_PIPELINE_ID: '20' })).stdout).toContain('A later pipeline');
  });

  it.each([
    [{ GITLAB_TOKEN: '' }, 'CREDENTIALS_MISSING', 'CI_JOB_TOKEN cannot write notes'],
    [{ GITLAB_TOKEN: 'expired' }, 'GITLAB_REFUSED', 'has not expired'],
    [{ CI_MERGE_REQUEST_IID: '' }, 'INPUT_INVALID', 'merge_request_event'],
    [{ CI_API_V4_URL: 'ftp://x' }, 'INPUT_INVALID', 'CI_API_V4_URL is "ftp://x"'],
  ])('says what to do: %j', async (more, code, fix) => {
    const run = await note({ CI_PIPELINE_ID: '30', ...more });
    expect(run.exitCode).toBe(code === 'INPUT_INVALID' ? 2 : 1);
    expect(run.stderr).toContain(fix);
    expect(run.stderr).toContain(`Error code ${code}:`);
    expect(run.stdout + run.stderr).not.toContain('glpat-test');
  });

  it('names the tidegate.yaml of its folder in reports for GitLab', async () => {
    const flags = ['--champion', 'none', '--artifact-path', 'poor.onnx', '--code-quality-report', 'gl.json'];
    expect((await tidegate(['judge', ...flags, '--json'])).exitCode).toBe(1);
    const { default: issues } = await import(path.join(folder, 'gl.json'), { with: { type: 'json' } });
    expect(issues).toMatchObject([
      { severity: 'blocker', location: { path: 'models/delay/tidegate.yaml', lines: { begin: 8 } } },
    ]);
  });
});
