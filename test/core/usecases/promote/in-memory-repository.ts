import { FileArtifactHasher } from '../../../../core/adapters/files/file-artifact-hasher.ts';
import { ZipReportArchive } from '../../../../core/adapters/files/zip-report-archive.ts';
import { parseConfig } from '../../../../core/config/parse-config.ts';
import type { HealthSignal } from '../../../../core/domain/promotion/health.ts';
import { type ModelSituation, readSituation } from '../../../../core/usecases/promote/model-situation.ts';
import { ProvenanceMemory } from '../../../../core/usecases/registry/provenance-memory.ts';
import { InMemoryChecks } from '../../../../testkit/fakes/in-memory-checks.ts';
import { InMemoryCommits } from '../../../../testkit/fakes/in-memory-commits.ts';
import { InMemoryIssues } from '../../../../testkit/fakes/in-memory-issues.ts';
import { InMemoryPullRequests } from '../../../../testkit/fakes/in-memory-pull-requests.ts';
import { InMemoryVersionTags } from '../../../../testkit/fakes/in-memory-version-tags.ts';
import { InMemoryWorkflows } from '../../../../testkit/fakes/in-memory-workflows.ts';
import { releaseDocument } from '../../../../testkit/released-version.ts';
import { createZip } from '../../../../testkit/zip.ts';
import { digestOf, manifest, uriOf } from '../../../bot/promotion-world.ts';

const HEALTH = 'health: { from: commit-status, context: staging }';
const target = (name: string) => `targets: [{ file: k8s/${name}.yaml, kind: InferenceService, name: flights }]`;
const CONFIG = `version: 1
models:
  flights:
    task: binary-classification
    artifact: model.onnx
    data: { label: late }
    evaluate: { dataset: test.parquet, metrics: [roc_auc] }
    gate: { rules: [{ metric: roc_auc, min: 0.6 }] }
    register: { store: s3://models/flights }
    environments:
      - { name: staging, auto-merge: true, ${HEALTH}, ${target('staging')} }
      - { name: production, ${target('production')} }
`;

/** Counts what is listed: a list that is read twice in an event could differ. */
class CountingTags extends InMemoryVersionTags {
  lists = 0;

  override list(model: string) {
    this.lists += 1;
    return super.list(model);
  }
}

class CountingIssues extends InMemoryIssues {
  lists = 0;

  override list(...asked: Parameters<InMemoryIssues['list']>) {
    this.lists += 1;
    return super.list(...asked);
  }
}

/** A repository of `flights` with two environments, all of it in memory. */
export class InMemoryRepository {
  nowMs = Date.UTC(2001, 1, 3);
  readonly commits = new InMemoryCommits(
    { 'k8s/staging.yaml': manifest('s3://elsewhere'), 'k8s/production.yaml': manifest('s3://elsewhere') },
    () => this.nowMs,
  );
  readonly pullRequests = new InMemoryPullRequests(async (branch) => (await this.commits.head(branch))?.sha ?? '');
  readonly tags = new CountingTags();
  readonly issues = new CountingIssues();
  readonly workflows = new InMemoryWorkflows();
  readonly checks = new InMemoryChecks();
  readonly archive = new ZipReportArchive();
  readonly hasher = new FileArtifactHasher();
  readonly evaluations = { of: async () => undefined };
  readonly memory = { provenance: new ProvenanceMemory(), values: new Map() };
  readonly settled = new Set<string>();
  readonly config = parseConfig(CONFIG).config;

  /** How the model is now. */
  async read(): Promise<ModelSituation> {
    const config = this.config.models.flights;
    if (config === undefined) throw new Error('the config has no model');
    const base = await this.commits.default();
    return readSituation({ model: 'flights', config, base, self: 'tidegate[bot]', nowMs: this.nowMs }, this);
  }

  /** Registers a version on the default branch, as a release does; returns the text of its document. */
  async register(version: string, letter: string, computation?: string): Promise<string> {
    const { sha: commit } = await this.commits.default();
    const job = { name: 'register', conclusion: 'success', startedAtMs: this.nowMs, completedAtMs: this.nowMs };
    const runId = this.workflows.addRun({
      path: '.github/workflows/model-release.yml',
      ...{ event: 'push', headSha: commit, headBranch: 'main', status: 'completed' },
      createdAt: new Date(this.nowMs).toISOString(),
      attempts: [{ conclusion: 'success', jobs: [job] }],
    });
    const artifact = {
      uri: uriOf(digestOf(letter)),
      digest: `sha256:${digestOf(letter)}`,
      sizeBytes: 10,
      ...(computation && { computation }),
    };
    const { text, message } = releaseDocument({ model: 'flights', version, artifact, commit, runId });
    const zip = createZip([{ name: 'model-version.json', content: text }]);
    this.workflows.addArtifact(runId, { name: 'tidegate-flights-1-version', zip, createdAtMs: this.nowMs });
    await this.tags.create({ name: `flights@v${version}`, message, commit });
    return text;
  }

  /** Sets what an environment runs, by a commit on the default branch. */
  async deploy(environment: string, letter: string): Promise<void> {
    const { sha } = await this.commits.default();
    const files = [{ path: `k8s/${environment}.yaml`, text: manifest(uriOf(digestOf(letter))) }];
    await this.commits.commit({ branch: 'main', base: sha, files, message: 'deploy', expected: sha });
  }

  /** Lets the monitor say something about staging, at the default branch's newest commit. */
  async say(state: HealthSignal['state']): Promise<void> {
    const { sha: commit } = await this.commits.default();
    this.checks.say({ from: 'commit-status', context: 'staging', by: 'argo', commit, state, atMs: this.nowMs });
  }
}
