import { ESTIMATED_METRICS, PERFORMANCE_METRICS } from '../domain/drift/performance/performance-metrics.ts';
import { type MetricUse, metricBoundProblems, metricNameProblems } from '../domain/gate/metric-problems.ts';
import { isMetricTask, metricsOfScores } from '../domain/metrics/metric-registry.ts';
import { isOciStore } from '../domain/registry/oci-artifact-uri.ts';
import { nearest } from '../domain/text/nearest.ts';
import { withoutEnding } from '../domain/text/without-ending.ts';
import type { Problem } from '../errors.ts';
import { DEFAULT_RETRAIN_WORKFLOW } from './drift-config.ts';
import { readWrittenModels, type WrittenEnvironment, type WrittenModel, type WrittenTarget } from './written-parts.ts';
import type { PlaceOf } from './yaml-place.ts';

type Path = readonly (string | number)[];
type NamedModel = readonly [name: string, model: WrittenModel];

/**
 * Checks that a schema of single values cannot express: names that refer to each other, and to metrics.
 *
 * @param document The plain value of the YAML text, whatever is wrong in it.
 * @returns Every problem; empty where the names hold.
 */
export function checkConsistency(document: unknown, placeOf: PlaceOf): readonly Problem[] {
  const models = readWrittenModels(document);
  return [
    ...models.flatMap(([name, model]) => checkModel(['models', name], model, placeOf)),
    ...checkSharedStores(models, placeOf),
    ...checkSharedTargets(models, placeOf),
    ...checkSharedRetraining(models, placeOf),
  ];
}

function checkModel(path: Path, model: WrittenModel, placeOf: PlaceOf): readonly Problem[] {
  return [
    ...checkMetrics(path, model, placeOf),
    ...checkScores(path, model, placeOf),
    ...checkEnvironments([...path, 'environments'], model.environments, placeOf),
    ...checkHistoryLimits(path, model, placeOf),
    ...checkDriftLabels(path, model, placeOf),
    ...checkDriftPerformance(path, model, placeOf),
  ];
}

function checkMetrics(path: Path, { task, evaluate, gate }: WrittenModel, placeOf: PlaceOf): readonly Problem[] {
  // What is not a task has its own problem; metrics mean something only for one.
  if (!isMetricTask(task)) return [];
  const use = (at: Path): MetricUse => ({
    task,
    scores: evaluate?.scores,
    where: [...path, ...at].join('.'),
    place: { place: placeOf([...path, ...at]) },
  });
  const named = (evaluate?.metrics ?? []).flatMap((name, index) =>
    name === undefined ? [] : metricNameProblems(name, use(['evaluate', 'metrics', index])),
  );
  const ruled = (gate?.rules ?? []).flatMap(({ metric, min, max, ...asked }, index) => {
    // A metric with an argument of its own is judged where it is computed.
    if (metric === undefined || Object.values(asked).some((argument) => argument !== undefined)) return [];
    const at = ['gate', 'rules', index];
    return [
      ...metricNameProblems(metric, use([...at, 'metric'])),
      ...metricBoundProblems({ metric, min, max }, use([...at, min === undefined ? 'max' : 'min'])),
    ];
  });
  return [...named, ...ruled];
}

/** Numbers that a regression predicts are neither. */
function checkScores(path: Path, { task, evaluate }: WrittenModel, placeOf: PlaceOf): readonly Problem[] {
  if (evaluate?.scores !== 'decision' || task !== 'regression') return [];
  const at = [...path, 'evaluate', 'scores'];
  return [
    { message: `${at.join('.')} is of classifiers, and the task is ${task}`, fix: 'Remove it.', place: placeOf(at) },
  ];
}

function checkHistoryLimits(path: Path, model: WrittenModel, placeOf: PlaceOf): readonly Problem[] {
  if (model.drift?.limits !== 'history') return [];
  const missing = [
    ...(model.data !== undefined && model.data.time === undefined ? ['data.time'] : []),
    ...(model.drift.window === undefined ? ['drift.window'] : []),
  ];
  const { window } = model.drift;
  const uneven: readonly Problem[] =
    window === 'month' || (typeof window === 'object' && window !== null)
      ? [
          {
            message: `${path.join('.')}.drift.limits is history, but drift.window is not a duration or a week: past windows have no common length`,
            fix: 'Set drift.window to a duration such as 30d, or set limits: none.',
            place: placeOf([...path, 'drift', 'window']),
          },
        ]
      : [];
  const absent = missing.map((key) => ({
    message: `${path.join('.')}.drift.limits is history, but ${key} is missing: past windows cannot be computed`,
    fix: `Add ${key}, or set limits: none.`,
    place: placeOf([...path, 'drift', 'limits']),
  }));
  return [...absent, ...uneven];
}

/** Outcomes are joined with predictions by a key. */
function checkDriftLabels(path: Path, { drift, evaluate }: WrittenModel, placeOf: PlaceOf): readonly Problem[] {
  if (drift?.labels === undefined) return [];
  const missing = [
    ...(drift.predictions === undefined ? ['drift.predictions'] : []),
    ...(evaluate?.key === undefined ? ['evaluate.key'] : []),
  ];
  return missing.map((key) => ({
    message: `${path.join('.')}.drift.labels is set, but ${key} is missing: outcomes cannot be joined with predictions`,
    fix: `Add ${key}, or remove drift.labels.`,
    place: placeOf([...path, 'drift', 'labels']),
  }));
}

/** The performance of a window is that of scores, and without outcomes only some metrics are estimated. */
function checkDriftPerformance(
  path: Path,
  { drift, task, evaluate }: WrittenModel,
  placeOf: PlaceOf,
): readonly Problem[] {
  const asked = Object.keys(drift?.performance ?? {});
  if (drift === undefined || asked.length === 0) return [];
  const problem = (message: string, fix: string): Problem => {
    const at = [...path, 'drift', 'performance'];
    return { message: `${at.join('.')} ${message}`, fix, place: placeOf(at) };
  };
  if (drift.predictions === undefined) {
    return [problem('is set, but drift.predictions is missing', 'Add drift.predictions, or remove drift.performance.')];
  }
  const scores = evaluate?.scores;
  const known = isMetricTask(task) ? metricsOfScores(PERFORMANCE_METRICS[task], { task, scores }) : [];
  const unknown = asked.filter((name) => !known.includes(name));
  if (unknown.length > 0) {
    const there = known.length === 0 ? 'it has none' : `it has ${known.join(', ')}`;
    return [
      problem(
        `names ${unknown.join(', ')}, which task: ${task}${scores === 'decision' ? ' with scores: decision' : ''} does not have: ${there}`,
        'Name other metrics, or remove it.',
      ),
    ];
  }
  const unestimated = asked.filter((name) => !(task === 'binary-classification' && ESTIMATED_METRICS.includes(name)));
  if (drift.labels !== undefined || unestimated.length === 0) return [];
  const message = `names ${unestimated.join(', ')}, which cannot be estimated without outcomes`;
  return [problem(message, 'Add drift.labels, or name other metrics.')];
}

/** Remembers who has a key first: gives the one who had it before, undefined for the first and for no key. */
function firstOwners(): (key: string | undefined, owner: string) => string | undefined {
  const owners = new Map<string, string>();
  return (key, owner) => {
    if (key === undefined) return undefined;
    const first = owners.get(key);
    if (first === undefined) owners.set(key, owner);
    return first;
  };
}

/** Two models never share a store: their versions would overwrite each other's documents. */
function checkSharedStores(models: readonly NamedModel[], placeOf: PlaceOf): readonly Problem[] {
  const ownerOf = firstOwners();
  return models.flatMap(([name, model]) => {
    const store = model.register?.store === undefined ? undefined : withoutEnding(model.register.store, '/');
    const owner = ownerOf(store, name);
    if (owner === undefined) return [];
    return [
      {
        message: `models.${name}.register.store is the store of ${owner} too`,
        fix: `Give each model its own store, such as ${store}/${isOciStore(store ?? '') ? name.toLowerCase() : name}.`,
        place: placeOf(['models', name, 'register', 'store']),
      },
    ];
  });
}

/** GitHub does not say which model a run is for: a run for one would be one for the other, which then is not retrained. */
function checkSharedRetraining(models: readonly NamedModel[], placeOf: PlaceOf): readonly Problem[] {
  const ownerOf = firstOwners();
  return models.flatMap(([name, { drift }]) => {
    if (drift?.retrain === undefined) return [];
    const { workflow = DEFAULT_RETRAIN_WORKFLOW } = drift.retrain;
    const owner = ownerOf(workflow, name);
    if (owner === undefined) return [];
    return [
      {
        message: `models.${name}.drift.retrain starts ${workflow}, which retrains ${owner} too`,
        fix: 'Give each model a workflow of its own, and name it in drift.retrain.workflow.',
        place: placeOf(['models', name, 'drift', 'retrain']),
      },
    ];
  });
}

/** Two promotions that write the same place would undo each other forever. */
function checkSharedTargets(models: readonly NamedModel[], placeOf: PlaceOf): readonly Problem[] {
  const ownerOf = firstOwners();
  return models.flatMap(([name, { environments }]) =>
    environments.flatMap(({ targets }, at) =>
      targets.flatMap((target, index) => {
        const path = ['models', name, 'environments', at, 'targets', index];
        const owner = ownerOf(targetKey(target), path.join('.'));
        if (owner === undefined) return [];
        const message = `${path.join('.')} is also written by ${owner}`;
        return [{ message, fix: 'Use each place of a manifest in one target only.', place: placeOf(path) }];
      }),
    ),
  );
}

function targetKey({ file, ...locator }: WrittenTarget): string | undefined {
  if (file === undefined) return undefined;
  const normal = file.split('/').filter((part) => part !== '' && part !== '.');
  const entries = Object.entries(locator).filter(([, value]) => value !== undefined);
  return JSON.stringify([normal, entries.sort(([a], [b]) => (a < b ? -1 : 1))]);
}

function checkEnvironments(
  path: Path,
  environments: readonly WrittenEnvironment[],
  placeOf: PlaceOf,
): readonly Problem[] {
  const names = environments.map(({ name }) => name);
  return environments.flatMap(({ name, after }, index) => [
    ...(name === undefined || names.indexOf(name) === index
      ? []
      : [
          {
            message: `${path.join('.')}.${index}.name "${name}" is used twice`,
            fix: 'Give each environment a unique name.',
            place: placeOf([...path, index, 'name']),
          },
        ]),
    ...after.flatMap((upstream, at) =>
      upstream === undefined
        ? []
        : checkUpstream(upstream, names.slice(0, index), {
            where: `${path.join('.')}.${index}.after`,
            place: placeOf([...path, index, 'after', at]),
          }),
    ),
  ]);
}

/** Names above only: so no circle can be written. */
function checkUpstream(
  upstream: string,
  earlier: readonly (string | undefined)[],
  { where, place }: { readonly where: string; readonly place: ReturnType<PlaceOf> },
): readonly Problem[] {
  if (earlier.includes(upstream)) return [];
  const near = nearest(
    upstream,
    earlier.filter((name) => name !== undefined),
  );
  const fix = near === undefined ? 'Name an environment that is listed above this one.' : `Did you mean "${near}"?`;
  return [{ message: `${where} names "${upstream}", which is not an environment above it`, fix, place }];
}
