"""Golden numbers of the metrics, from scikit-learn and NumPy: python metrics.py > metrics.json"""

import json

import numpy as np
import sklearn
from scipy import stats
from sklearn import metrics as m

random = np.random.default_rng(20010301)
n, days = 240, 12
label = (random.random(n) < 0.3).astype(float)
candidate = np.round(np.clip(0.25 * label + random.normal(0.35, 0.15, n), 0.01, 0.99), 2)  # ties
champion = np.round(np.clip(0.15 * label + random.normal(0.35, 0.15, n), 0.01, 0.99), 2)
day = random.integers(0, days, n)
target = random.normal(10, 5, n)
prediction = target + random.normal(0.5, 2, n)

binary = {
    "roc_auc": lambda y, s, w=None: m.roc_auc_score(y, s, sample_weight=w),
    "average_precision": lambda y, s, w=None: m.average_precision_score(y, s, sample_weight=w),
    "log_loss": lambda y, s, w=None: m.log_loss(y, s, sample_weight=w),
    "brier_score": lambda y, s, w=None: m.brier_score_loss(y, s, sample_weight=w),
    "accuracy": lambda y, s, w=None: m.accuracy_score(y, s >= 0.5, sample_weight=w),
    "f1": lambda y, s, w=None: m.f1_score(y, s >= 0.5, sample_weight=w),
    "precision": lambda y, s, w=None: m.precision_score(y, s >= 0.5, sample_weight=w),
    "recall": lambda y, s, w=None: m.recall_score(y, s >= 0.5, sample_weight=w),
}
regression = {
    "mae": lambda y, s, w=None: m.mean_absolute_error(y, s, sample_weight=w),
    "mse": lambda y, s, w=None: m.mean_squared_error(y, s, sample_weight=w),
    "rmse": lambda y, s, w=None: m.root_mean_squared_error(y, s, sample_weight=w),
    "r2": lambda y, s, w=None: m.r2_score(y, s, sample_weight=w),
}


def influence(f, y, s):
    """n times the derivative by each row's weight, by central differences."""
    h, found = 1e-4, []
    for i in range(len(y)):
        up, down = np.ones(len(y)), np.ones(len(y))
        up[i] += h
        down[i] -= h
        found.append(len(y) * (f(y, s, up) - f(y, s, down)) / (2 * h))
    return found


def jackknife(f, *arguments):
    """Delete-a-day standard error of a statistic."""
    kept = [f(*(a[day != d] for a in arguments)) for d in range(days)]
    return float(np.sqrt((days - 1) / days * np.sum((kept - np.mean(kept)) ** 2)))


def placements(y, s):
    positives, negatives = s[y == 1], s[y == 0]
    wins = (positives[:, None] > negatives) + 0.5 * (positives[:, None] == negatives)
    return wins.mean(1), wins.mean(0)


def delong():
    (v10a, v01a), (v10b, v01b) = placements(label, candidate), placements(label, champion)
    s10, s01 = np.cov([v10a, v10b]), np.cov([v01a, v01b])
    s = s10 / len(v10a) + s01 / len(v01a)
    return {"value": float(np.sqrt(s[0, 0])), "difference": float(np.sqrt(s[0, 0] + s[1, 1] - 2 * s[0, 1]))}


def describe(f, y, s):
    return {"value": float(f(y, s)), "influence": influence(f, y, s), "jackknife": jackknife(f, y, s)}


print(
    json.dumps(
        {
            "versions": {"scikit-learn": sklearn.__version__, "numpy": np.__version__},
            "rows": {k: v.tolist() for k, v in dict(label=label, candidate=candidate, champion=champion, day=day, target=target, prediction=prediction).items()},
            "binary": {name: describe(f, label, candidate) for name, f in binary.items()},
            "regression": {name: describe(f, target, prediction) for name, f in regression.items()},
            "delong": delong(),
            "auc_difference_jackknife": jackknife(lambda y, a, b: m.roc_auc_score(y, a) - m.roc_auc_score(y, b), label, candidate, champion),
        }
    )
)
