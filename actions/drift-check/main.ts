import { DuckDbTableReader } from '../../core/adapters/duckdb/duckdb-table-reader.ts';
import { GitHubIssues } from '../../core/adapters/github/github-issues.ts';
import { findOwnLogin } from '../../core/adapters/github/github-own-login.ts';
import { createHttpFetch } from '../../core/adapters/http/http-fetch.ts';
import { pushMetrics } from '../../core/adapters/http/pushgateway.ts';
import { formatCount } from '../../core/domain/text/format-number.ts';
import { isTableAddress } from '../../core/domain/warehouse/table-reference.ts';
import { ServiceError, UserError } from '../../core/errors.ts';
import { columnsOf, renderDriftSummary } from '../../core/render/drift/drift.ts';
import type { DriftReport } from '../../core/reports/drift-report.ts';
import { checkDrift } from '../../core/usecases/drift/check-drift.ts';
import { checkDriftInWarehouse } from '../../core/usecases/drift/check-drift-in-warehouse.ts';
import { type KeptIssue, keepDriftIssue } from '../../core/usecases/drift/keep-drift-issue.ts';
import type { ActionContext } from '../action-context.ts';
import { fetchTable } from '../fetch-table.ts';
import { gitHubOf } from '../github.ts';
import { type InputValues, readInputs } from '../inputs.ts';
import { expectScored, type LoadedModel, loadModel } from '../load-model.ts';
import { openWarehouse } from '../open-warehouse.ts';
import { reportHeader } from '../report-files.ts';
import { chooseReference } from './choose-reference.ts';
import { uploadDriftFiles, writeDriftFiles } from './drift-files.ts';
import { inputs } from './inputs.ts';
import { outputs } from './outputs.ts';
import { openServingLog } from './serving-log.ts';

type Values = InputValues<typeof inputs>;

/** Checks for drift; drift is a result, so everything is written before the step fails. */
export async function main(context: ActionContext): Promise<void> {
  const values = readInputs(inputs, context);
  const loaded = await loadModel(context, values.model);
  const checked = await check(context, loaded, values);
  const kept = values.issue === true ? await keepIssue(context, checked, values) : undefined;
  const issue = kept instanceof ServiceError ? undefined : kept;
  const report: DriftReport = { ...checked, ...(issue === undefined ? {} : { consecutive: issue.consecutive }) };
  const files = await writeDriftFiles(context, report);
  const drifted = columnsOf(report)
    .filter(({ verdict }) => verdict === 'drift')
    .map(({ name }) => name);
  outputs.write(context, {
    verdict: report.verdict,
    'drifted-columns': JSON.stringify(drifted),
    'report-path': files.report,
    'metrics-path': files.metrics,
    'page-path': files.page,
    'issue-number': issue?.number ?? null,
  });
  const page = await uploadDriftFiles(context, loaded.name, files);
  await context.appendSummary(renderDriftSummary(report, typeof page === 'string' ? page : undefined));
  if (kept instanceof ServiceError) throw kept;
  await push(context, { model: loaded.name, metrics: files.metricsText }, values.pushgateway);
  if (page instanceof ServiceError) throw page;
  conclude(context, loaded, report, values['fail-on']);
}

async function check(context: ActionContext, loaded: LoadedModel, values: Values): Promise<DriftReport> {
  const drift = loaded.model.drift;
  if (drift === undefined) {
    throw new UserError('CONFIG_INVALID', `models.${loaded.name}.drift is missing`, {
      fix: 'Add `drift.current` and a threshold for each column to watch.',
      place: loaded.placeOf(['models', loaded.name]),
    });
  }
  const tables = new DuckDbTableReader({
    env: context.env,
    nodeModules: context.nodeModules,
    log: (line) => context.log.info(line),
  });
  const ports = {
    tables,
    engine: tables,
    clockMs: () => performance.now(),
    progress: (line: string) => context.log.info(line),
  };
  try {
    const shown = values.current ?? drift.current;
    const secrets = { password: values['warehouse-password'], token: values['warehouse-token'] };
    const warehouse = () => openWarehouse(context, loaded, secrets);
    const reference = await chooseReference(context, expectScored(loaded), { values, ports, warehouse });
    const fetched = await fetchTable(context, shown, {
      folder: 'current',
      fix: 'Check drift.current, and that the served model logs its inputs there.',
    });
    const { log, ...current } = await openServingLog(context, { config: expectScored(loaded).model, drift }, fetched);
    context.log.info(
      `Comparing ${current.shown} with ${reference.version === undefined ? reference.path : `the profile of v${reference.version}`}`,
    );
    const header = await reportHeader('drift', context, loaded.name);
    const outcomes = values.labels ?? drift.labels;
    const labels =
      outcomes === undefined
        ? undefined
        : await fetchTable(context, outcomes, { folder: 'labels', fix: 'Check drift.labels in tidegate.yaml.' });
    const request = { config: loaded.model, drift, header, reference, current, labels, log };
    return isTableAddress(shown) ? await checkDriftInWarehouse(request, warehouse()) : await checkDrift(request, ports);
  } finally {
    await tables.close();
  }
}

/** The issue, or why GitHub refused it: the report and the summary come first. */
async function keepIssue(
  context: ActionContext,
  report: DriftReport,
  values: Values,
): Promise<KeptIssue | ServiceError> {
  const { client, repository } = await gitHubOf(context, values['github-token']);
  const keep = async () =>
    keepDriftIssue(report, { issues: new GitHubIssues(client, repository), self: await findOwnLogin(client) });
  const kept = await keep().catch((error: unknown) => {
    if (error instanceof ServiceError) return error;
    throw error;
  });
  if (kept instanceof ServiceError) return kept;
  if (kept.number !== null) context.log.info(`Issue #${kept.number}: ${kept.done}`);
  return kept;
}

/** Everything is written before: metrics that do not arrive fail the step, and lose nothing. */
async function push(
  context: ActionContext,
  { model, metrics }: { readonly model: string; readonly metrics: string },
  url: string | undefined,
): Promise<void> {
  if (url === undefined) return;
  context.maskSecret(url);
  await pushMetrics(model, metrics, { url, fetch: createHttpFetch(context.env) });
  context.log.info('Sent the metrics to the Pushgateway');
}

function conclude(context: ActionContext, loaded: LoadedModel, report: DriftReport, failOn: Values['fail-on']): void {
  const { verdict, model, current, dataset } = report;
  const sentence = `${model}: ${verdict} in ${formatCount(current.rows)} rows (${dataset.drifted} of ${dataset.tested} columns)`;
  const fails = verdict !== 'no-drift' && failOn !== undefined && !failOn.includes('never') && failOn.includes(verdict);
  if (fails)
    context.fail(
      `${sentence}. The summary of this step lists the columns that drifted.`,
      loaded.placeOf(['models', loaded.name, 'drift']),
    );
  else context.log.info(sentence);
}
