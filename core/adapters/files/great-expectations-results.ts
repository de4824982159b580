import { isJsonObject, type JsonObject } from '../../domain/data/json-object.ts';
import type { CheckCounts } from '../../domain/metrics/check-counts.ts';
import { invalidResults, objectsOf } from './result-shape.ts';

/**
 * Counts expectations in the result of a validation (`to_json_dict()`), or in the description of a checkpoint's result
 * (`describe()`), of Great Expectations 1. An expectation that raised an error counts as a failure too.
 *
 * @throws {UserError} DATA_INVALID for another version or shape, counts that contradict the results, and no expectation.
 */
export function countExpectations(value: unknown, shown: string): CheckCounts {
  const results = isJsonObject(value) ? resultsOf(value, shown) : undefined;
  if (results === undefined) throw invalidResults(shown, 'is not a result of Great Expectations 1');
  const failures = results.filter(({ success }) => success === false).length;
  if (results.length === 0) {
    throw invalidResults(
      shown,
      'has no expectation',
      'Add expectations to the suite: one that checks nothing passes no gate.',
    );
  }
  return {
    checks: results.length,
    passed: results.length - failures,
    failures,
    // The description of a checkpoint does not say which raised: what is not known is not 0.
    ...(isJsonObject(value) && 'validation_results' in value ? {} : { errors: results.filter(hasRaised).length }),
  };
}

/** Expectations of the one validation, or of each validation of a checkpoint. */
function resultsOf(value: JsonObject, shown: string): readonly JsonObject[] | undefined {
  const validations = objectsOf(value.validation_results);
  if (validations === undefined) {
    expectVersion(value, shown);
    return expectationsOf(value, value.results, shown);
  }
  expectAllValidations(value, validations, shown);
  return validations.flatMap((one) => {
    const found = expectationsOf(one, one.expectations, shown);
    if (found === undefined) throw invalidResults(shown, 'has a validation that is not one of Great Expectations 1');
    return found;
  });
}

/** A checkpoint counts its validations: one that is left out is not one that succeeded. */
function expectAllValidations({ success, statistics }: JsonObject, validations: readonly JsonObject[], shown: string) {
  const failed = validations.filter((one) => one.success !== true).length;
  const agrees =
    success === (failed === 0) &&
    isJsonObject(statistics) &&
    statistics.evaluated_validations === validations.length &&
    statistics.unsuccessful_validations === failed;
  if (agrees) return;
  throw invalidResults(
    shown,
    `says success: ${success === true} and has other numbers in statistics than its ${validations.length} validations, of which ${failed} failed`,
  );
}

function expectVersion({ meta }: JsonObject, shown: string): void {
  const version = isJsonObject(meta) ? meta.great_expectations_version : undefined;
  if (typeof version === 'string' && /^1\.\d/.test(version)) return;
  const named = typeof version === 'string' ? `of version ${JSON.stringify(version.slice(0, 40))}` : 'of no version';
  throw invalidResults(shown, `is a result ${named}, and only those of Great Expectations 1 are read`);
}

/** Results with their success, which the statistics of the validation must agree with. */
function expectationsOf(validation: JsonObject, list: unknown, shown: string): readonly JsonObject[] | undefined {
  const results = objectsOf(list);
  const { success, statistics } = validation;
  if (results === undefined || typeof success !== 'boolean' || !isJsonObject(statistics)) return undefined;
  if (!results.every((one) => typeof one.success === 'boolean')) return undefined;
  const failed = results.filter((one) => one.success === false).length;
  const agrees =
    statistics.evaluated_expectations === results.length &&
    statistics.unsuccessful_expectations === failed &&
    success === (failed === 0);
  if (agrees) return results;
  throw invalidResults(
    shown,
    `says success: ${success} and has other numbers in statistics than its ${failed} failed results`,
  );
}

/** True if an expectation raised: its information has that itself, or for each metric. */
function hasRaised({ exception_info: information }: JsonObject): boolean {
  if (!isJsonObject(information)) return false;
  return [information, ...Object.values(information)].some((one) => isJsonObject(one) && one.raised_exception === true);
}
