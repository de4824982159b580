/** Values of a leg, which GitHub puts behind the name of a job of a matrix: `train (churn)`, `train (churn, 3.12)`. */
const LEG = / \((.+)\)$/;

/**
 * The model that a job of a matrix is for, by its name.
 *
 * @param models Names of all models.
 * @returns Undefined for a job of no leg: its result is about all of them.
 * @example modelOfJob('ci / judge (churn)', ['churn', 'eta']) // => 'churn'
 */
export function modelOfJob(name: string, models: readonly string[]): string | undefined {
  const values = LEG.exec(name)?.[1]?.split(', ') ?? [];
  return models.find((model) => values.includes(model));
}

/**
 * The failed jobs of a run that are about each model. A leg of a matrix is about its own model alone, and a job that
 * fails because a leg did says nothing of the other models; where no leg failed, the jobs are about all.
 *
 * @param jobs Jobs that did not succeed, in any order, which is kept.
 * @param models Names of all models.
 */
export function failedJobsByModel<Job extends { readonly name: string }>(
  jobs: readonly Job[],
  models: readonly string[],
): ReadonlyMap<string, readonly Job[]> {
  const legs = jobs.flatMap((job) => {
    const model = modelOfJob(job.name, models);
    return model === undefined ? [] : [{ model, job }];
  });
  if (legs.length === 0) return new Map(models.map((model) => [model, jobs]));
  const failed = models.filter((model) => legs.some((leg) => leg.model === model));
  return new Map(
    failed.map((model) => [model, jobs.filter((job) => (modelOfJob(job.name, models) ?? model) === model)]),
  );
}
