"""Golden numbers of fairness measures, from fairlearn and scikit-learn: python fairness.py > fairness.json"""

import json

import fairlearn
import fairlearn.metrics as f
import numpy as np
import sklearn
from sklearn.metrics import precision_score

random = np.random.default_rng(20160528)
n, threshold = 600, 0.4
group = random.choice(["a", "b", "c", "d"], n, p=[0.4, 0.3, 0.2, 0.1])
shift = np.vectorize({"a": 0.0, "b": 0.1, "c": -0.08, "d": 0.03}.get)(group)
label = (random.random(n) < 0.35 + shift).astype(int)
score = np.round(np.clip(0.3 * label + 0.5 * shift + random.normal(0.3, 0.2, n), 0, 1), 3)
weight = np.round(random.gamma(2, 0.5, n) + 0.05, 3)
decided = (score >= threshold).astype(int)


def bias(y, s, sample_weight):
    return np.average(s - y, weights=sample_weight)


def spread(metric, prediction, w):
    """max - min over the groups, and the largest distance from group a."""
    rates = {g: metric(label[group == g], prediction[group == g], sample_weight=w[group == g]) for g in "abcd"}
    values = list(rates.values())
    return max(values) - min(values), max(abs(v - rates["a"]) for v in values), rates


def measures(w):
    of = dict(sensitive_features=group, sample_weight=w)
    frame = f.MetricFrame(
        metrics={
            "selection_rate": f.selection_rate,
            "true_positive_rate": f.true_positive_rate,
            "false_positive_rate": f.false_positive_rate,
            "precision": precision_score,
        },
        y_true=label,
        y_pred=decided,
        sensitive_features=group,
        sample_params={
            name: {"sample_weight": w}
            for name in ["selection_rate", "true_positive_rate", "false_positive_rate", "precision"]
        },
    )
    calibration, _, errors = spread(bias, score, w)
    rates = {g: {**{k: float(v) for k, v in frame.by_group.loc[g].items()}, "calibration_error": float(errors[g])} for g in "abcd"}
    # Against a reference group: fairlearn has no such method; the definition of its differences with group a in place of all.
    reference = {name: max(abs(rates[g][name] - rates["a"][name]) for g in "bcd") for name in rates["a"]}
    folded = {
        name: min(min(rates[g][name] / rates["a"][name], rates["a"][name] / rates[g][name]) for g in "bcd")
        for name in ["selection_rate", "true_positive_rate", "false_positive_rate"]
    }
    return {
        "rates": rates,
        "measures": {
            "demographic_parity_difference": f.demographic_parity_difference(label, decided, **of),
            "demographic_parity_ratio": f.demographic_parity_ratio(label, decided, **of),
            "equal_opportunity_difference": f.equal_opportunity_difference(label, decided, **of),
            "equal_opportunity_ratio": f.equal_opportunity_ratio(label, decided, **of),
            "equalized_odds_difference": f.equalized_odds_difference(label, decided, agg="worst_case", **of),
            "equalized_odds_ratio": f.equalized_odds_ratio(label, decided, agg="worst_case", **of),
            "false_positive_rate_difference": float(frame.difference()["false_positive_rate"]),
            "predictive_parity_difference": float(frame.difference()["precision"]),
            "calibration_difference": calibration,
        },
        "privileged": {
            "demographic_parity_difference": reference["selection_rate"],
            "demographic_parity_ratio": folded["selection_rate"],
            "equal_opportunity_difference": reference["true_positive_rate"],
            "equalized_odds_difference": max(reference["true_positive_rate"], reference["false_positive_rate"]),
            "equalized_odds_ratio": min(folded["true_positive_rate"], folded["false_positive_rate"]),
            "predictive_parity_difference": reference["precision"],
            "calibration_difference": reference["calibration_error"],
        },
    }


def plain(value):
    if isinstance(value, dict):
        return {key: plain(one) for key, one in value.items()}
    return float(value)


print(
    json.dumps(
        {
            "fairlearn": fairlearn.__version__,
            "sklearn": sklearn.__version__,
            "threshold": threshold,
            "group": group.tolist(),
            "label": label.tolist(),
            "score": score.tolist(),
            "weight": weight.tolist(),
            "plain": plain(measures(np.ones(n))),
            "weighted": plain(measures(weight)),
        }
    )
)
