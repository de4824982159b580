import type { RebaselineCommand, RebaselineOutcome } from '../../domain/commands/command-outcome.ts';
import { rebaselineCheck } from '../../domain/evaluation/rebaseline.ts';
import { newestAttemptsFirst } from '../../domain/model/workflow-artifact.ts';
import type { Checks } from '../../ports/github/checks.ts';
import type { PullRequests } from '../../ports/github/pull-requests.ts';
import type { Workflows } from '../../ports/github/workflows.ts';
import { renderRebaseline } from '../../render/rebaseline.ts';
import { type ReadingPorts, readEvaluation } from './publish-evaluation.ts';

/** Dependencies of recording. */
export interface RecordingPorts extends ReadingPorts {
  readonly workflows: Pick<Workflows, 'runsOfHead' | 'artifacts' | 'download'>;
  readonly checks: Pick<Checks, 'show'>;
  readonly pullRequests: Pick<PullRequests, 'get'>;
}

/**
 * Records a person's decision on the head of a pull request, for the dataset that its newest report names: a new commit or
 * another dataset needs another decision. Of a commit whose report is younger than the comment the person knew nothing. The report is the pull request's own; what it says of a digest is compared by the
 * release with the bytes.
 */
export async function recordRebaseline(command: RebaselineCommand, ports: RecordingPorts): Promise<RebaselineOutcome> {
  const { model, reason, by, comment, writtenAtMs } = command;
  const { headSha, state, merged } = await ports.pullRequests.get(command.pullRequest);
  if (state === 'closed' && !merged) return { kind: 'rebaseline-closed' };
  const dataset = await datasetOf({ model, headSha, writtenAtMs }, ports);
  if (dataset === undefined) return { kind: 'rebaseline-without-report', headSha };
  await ports.checks.show({
    ...{ name: rebaselineCheck(model), headSha, conclusion: 'neutral', annotations: [] },
    title: 'A person accepted a new baseline',
    summary: renderRebaseline({ model, dataset, comment }, { by, reason }),
  });
  return { kind: 'rebaselined', model, headSha, dataset };
}

/** Of the newest run that had a report of the model when the comment was written. */
async function datasetOf(
  { model, headSha, writtenAtMs }: { readonly headSha: string } & Pick<RebaselineCommand, 'model' | 'writtenAtMs'>,
  ports: RecordingPorts,
): Promise<string | undefined> {
  for (const run of await ports.workflows.runsOfHead(headSha)) {
    const known = (await ports.workflows.artifacts(run)).filter(({ createdAtMs }) => createdAtMs <= writtenAtMs);
    const [newest] = newestAttemptsFirst({ kind: 'report', model }, known);
    if (newest === undefined) continue;
    const { dataset } = await readEvaluation({ model }, newest.artifact, ports);
    return dataset.digest;
  }
  return undefined;
}
