import type { ScoreMeaning } from '../../../core/domain/metrics/metric.ts';
import { type PythonCall, sourceOf } from './python-file.ts';

/** Classifiers of scikit-learn with a decision function and without `predict_proba`. */
const WITHOUT_PROBABILITIES =
  /^(?:LinearSVC|RidgeClassifier(?:CV)?|Perceptron|PassiveAggressiveClassifier|OneVsOneClassifier)$/;
/** Has probabilities where the classifier in it has some. */
const BY_INNER = 'OneVsRestClassifier';
/** Has probabilities with some losses only. */
const BY_LOSS = 'SGDClassifier';
const LOSSES_WITH_PROBABILITIES = /^["'](?:log_loss|log|modified_huber)["']$/;
/** Have probabilities only if asked for. */
const BY_OPTION = /^(?:SVC|NuSVC)$/;

/**
 * Meaning of the scores of the model that this code trains: `decision` where all its classifiers have no probabilities, and
 * nothing calibrates them; `probability` otherwise.
 */
export function scoreMeaningOf(calls: readonly PythonCall[]): ScoreMeaning {
  const isCalibrated = calls.some(({ method }) => method === 'CalibratedClassifierCV' || method === 'predict_proba');
  const classifiers = calls.filter(
    ({ method }) => method !== BY_INNER && /(?:Classifier(?:CV)?|SVC|Perceptron|Regression|NB)$/.test(method),
  );
  const hasDecisionsOnly = classifiers.length > 0 && classifiers.every(givesDecisions);
  return hasDecisionsOnly && !isCalibrated ? 'decision' : 'probability';
}

function givesDecisions({ method, named, args, file }: PythonCall): boolean {
  const written = (name: string, position?: number) => {
    const node = named.get(name) ?? (position === undefined ? undefined : args[position]);
    return node === undefined ? undefined : sourceOf(node, file.text);
  };
  if (method === BY_LOSS) {
    const loss = written('loss', 0);
    return loss === undefined || (/^["']/.test(loss) && !LOSSES_WITH_PROBABILITIES.test(loss));
  }
  if (BY_OPTION.test(method)) return (written('probability') ?? 'False') === 'False';
  return WITHOUT_PROBABILITIES.test(method);
}
