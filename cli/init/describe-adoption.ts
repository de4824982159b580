import type { EvaluationReport } from '../../core/reports/evaluation-report.ts';
import type { Adoption } from './adoption.ts';
import type { RepositoryFacts } from './repository-facts.ts';

/** Lists the facts that were found, one per line. */
export function describeFound(
  { environment, program, git, dvc }: RepositoryFacts,
  adoption: Adoption | undefined,
): string {
  const train = adoption?.train;
  const lines = [
    [
      'Python',
      `${environment.version}${environment.versionFrom === undefined ? '' : ` (${environment.versionFrom})`}, packages by ${environment.manager}${environment.file === undefined ? '' : ` (${environment.file})`}`,
    ],
    [
      'training',
      train === undefined
        ? (program?.command ?? 'not found')
        : 'stages' in train
          ? `the stage ${train.stages.join(', ')} of dvc.yaml`
          : `${train.command}${program?.from === undefined ? '' : ` (${program.from})`}`,
    ],
    ...(adoption === undefined
      ? []
      : [
          [
            'model',
            `${adoption.model}: ${adoption.artifact}${adoption.format === undefined ? '' : ` (${adoption.format})`}`,
          ],
          [
            'label',
            `${adoption.facts.label}, ${adoption.facts.task}${adoption.classes === undefined ? '' : `, classes ${adoption.classes.join(', ')}`}`,
          ],
          ['test set', `${adoption.testSet}${adoption.isTestSetMade ? ', written by training' : ''}`],
          ['store', adoption.store],
        ]),
    ['data', dvc.isUsed ? `DVC, remote ${dvc.remoteUrl ?? 'none'}` : 'in Git'],
    ['branch', git.defaultBranch],
  ];
  return lines.map(([name = '', text = '']) => `  ${`${name}:`.padEnd(10)}${text}`).join('\n');
}

/** Says the result of a first pull request, by a judgement of the same files on this machine. */
export function describeJudged(evaluation: EvaluationReport): string {
  const overall = evaluation.metrics.filter(({ slice, value }) => slice === undefined && value !== null);
  const values = overall.slice(0, 4).map(({ name, value }) => `${name} ${Number(value).toPrecision(3)}`);
  return `Judged here as the first pull request will be: ${evaluation.verdict} (${evaluation.dataset.rows.toLocaleString('en')} rows; ${values.join(', ')}).`;
}

/** Lists the next steps of a person. */
export function describeNext(
  { git }: RepositoryFacts,
  { store, targets }: Adoption,
  { watch }: { readonly watch: boolean },
): string {
  const isPackage = store.startsWith('oci://ghcr.io/');
  const keys = isPackage
    ? `Versions go to ${store} with the token of the workflow: the store needs no bucket and no secret.`
    : `Add the secrets TIDEGATE_READ_* (read only), and TIDEGATE_WRITE_* in the environment tidegate-release${watch ? '; TIDEGATE_DATA_* in tidegate-data' : ''}.`;
  const steps = [
    'Read tidegate.yaml, above all the rules of the gate, and commit the files on a branch.',
    `Create the environment tidegate-release for ${git.defaultBranch} alone. ${keys} docs/guide/first-model.md has the commands.`,
    watch ? undefined : 'To check for drift, run this again with --force, --current and the path of the logged inputs.',
    targets.length > 0 ? undefined : 'To deploy, add environments to tidegate.yaml, with the manifests of each.',
    `Require the check "tidegate" in the branch protection of ${git.defaultBranch}.`,
    'Run npm run doctor -- <owner>/<repository>: it lists what is still missing on GitHub.',
  ];
  return `Next:\n${steps
    .filter((step) => step !== undefined)
    .map((step, index) => `  ${index + 1}. ${step}`)
    .join('\n')}`;
}
