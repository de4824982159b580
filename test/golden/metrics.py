"""Golden numbers of the metrics, from scikit-learn, NumPy and SciPy: python metrics.py > metrics.json"""

import json

import numpy as np
import sklearn
from scipy import optimize, special
from sklearn import metrics as m

random = np.random.default_rng(20010301)
n, days, classes = 240, 12, 4
label = (random.random(n) < 0.3).astype(float)
candidate = np.round(np.clip(0.25 * label + random.normal(0.35, 0.15, n), 0.01, 0.99), 2)  # ties
champion = np.round(np.clip(0.15 * label + random.normal(0.35, 0.15, n), 0.01, 0.99), 2)
day = random.integers(0, days, n)
target = random.normal(10, 5, n)
prediction = target + random.normal(0.5, 2, n)
weight = np.round(random.gamma(2, 0.5, n) + 0.05, 3)
kind = random.choice(classes, n, p=[0.4, 0.3, 0.2, 0.1])
logits = random.normal(0, 1, (n, classes)) + 1.3 * np.eye(classes)[kind]
shares = np.round(special.softmax(logits, axis=1), 3)
shares[:, 0] += 1 - shares.sum(1)
amount = random.gamma(2, 3, n) + 0.1
expected_amount = amount * random.gamma(8, 1 / 8, n) + 0.05


def slope(y, s, w=None):
    x = special.logit(s)
    w = np.ones(len(y)) if w is None else w
    loss = lambda b: -np.sum(w * (y * special.log_expit(b[0] + b[1] * x) + (1 - y) * special.log_expit(-b[0] - b[1] * x)))
    grad = lambda b: -np.array([np.sum(w * (y - special.expit(b[0] + b[1] * x))), np.sum(w * x * (y - special.expit(b[0] + b[1] * x)))])
    found = optimize.root(grad, optimize.minimize(loss, [0, 1], jac=grad).x, tol=1e-14)
    return found.x[1]


def ece(y, s, w=None):
    w = np.ones(len(y)) if w is None else w
    bins = np.clip(np.ceil(s * 10).astype(int) - 1, 0, 9)
    return sum(abs(np.sum((w * (s - y))[bins == b])) for b in range(10)) / w.sum()


def precision_at_recall(y, s, w=None, recall=0.8):
    p, r, _ = m.precision_recall_curve(y, s, sample_weight=w)
    reached = np.flatnonzero(r[:-1] >= recall - 1e-12)
    return p[reached[-1]]


def recall_at_precision(y, s, w=None, precision=0.6):
    p, r, _ = m.precision_recall_curve(y, s, sample_weight=w)
    return r[p >= precision].max()


def one_hot(y):
    return np.eye(classes)[y.astype(int)]


decided = lambda s: s >= 0.5
best = lambda s: s.argmax(1)
binary = {
    "roc_auc": lambda y, s, w=None: m.roc_auc_score(y, s, sample_weight=w),
    "average_precision": lambda y, s, w=None: m.average_precision_score(y, s, sample_weight=w),
    "log_loss": lambda y, s, w=None: m.log_loss(y, s, sample_weight=w),
    "brier_score": lambda y, s, w=None: m.brier_score_loss(y, s, sample_weight=w),
    "accuracy": lambda y, s, w=None: m.accuracy_score(y, decided(s), sample_weight=w),
    "balanced_accuracy": lambda y, s, w=None: m.balanced_accuracy_score(y, decided(s), sample_weight=w),
    "f1": lambda y, s, w=None: m.f1_score(y, decided(s), sample_weight=w),
    "fbeta_2": lambda y, s, w=None: m.fbeta_score(y, decided(s), beta=2, sample_weight=w),
    "fbeta_0.5": lambda y, s, w=None: m.fbeta_score(y, decided(s), beta=0.5, sample_weight=w),
    "precision": lambda y, s, w=None: m.precision_score(y, decided(s), sample_weight=w),
    "recall": lambda y, s, w=None: m.recall_score(y, decided(s), sample_weight=w),
    "specificity": lambda y, s, w=None: m.recall_score(y, decided(s), pos_label=0, sample_weight=w),
    "mcc": lambda y, s, w=None: m.matthews_corrcoef(y, decided(s), sample_weight=w),
    "cohen_kappa": lambda y, s, w=None: m.cohen_kappa_score(y, decided(s), sample_weight=w),
    "calibration_slope": slope,
}
binary_values = {
    "ece": ece,
    "precision_at_recall_0.8": precision_at_recall,
    "recall_at_precision_0.6": recall_at_precision,
}
multiclass = {
    "accuracy": lambda y, s, w=None: m.accuracy_score(y, best(s), sample_weight=w),
    "balanced_accuracy": lambda y, s, w=None: m.balanced_accuracy_score(y, best(s), sample_weight=w),
    "mcc": lambda y, s, w=None: m.matthews_corrcoef(y, best(s), sample_weight=w),
    "cohen_kappa": lambda y, s, w=None: m.cohen_kappa_score(y, best(s), sample_weight=w),
    "f1_macro": lambda y, s, w=None: m.f1_score(y, best(s), average="macro", sample_weight=w),
    "f1_weighted": lambda y, s, w=None: m.f1_score(y, best(s), average="weighted", sample_weight=w),
    "fbeta_2": lambda y, s, w=None: m.fbeta_score(y, best(s), beta=2, average="macro", sample_weight=w),
    "precision_macro": lambda y, s, w=None: m.precision_score(y, best(s), average="macro", sample_weight=w),
    "precision_weighted": lambda y, s, w=None: m.precision_score(y, best(s), average="weighted", sample_weight=w),
    "recall_macro": lambda y, s, w=None: m.recall_score(y, best(s), average="macro", sample_weight=w),
    "recall_weighted": lambda y, s, w=None: m.recall_score(y, best(s), average="weighted", sample_weight=w),
    "roc_auc_ovr": lambda y, s, w=None: m.roc_auc_score(y, s, multi_class="ovr", sample_weight=w),
    "average_precision_macro": lambda y, s, w=None: m.average_precision_score(one_hot(y), s, average="macro", sample_weight=w),
    "log_loss": lambda y, s, w=None: m.log_loss(y, s, sample_weight=w),
    "brier_score": lambda y, s, w=None: m.brier_score_loss(y, s, sample_weight=w),
}
multiclass_values = {
    "roc_auc_ovo": lambda y, s, w=None: None if w is not None else m.roc_auc_score(y, s, multi_class="ovo"),
    "ece": lambda y, s, w=None: ece((best(s) == y).astype(float), s.max(1), w),
}
regression = {
    "mae": lambda y, s, w=None: m.mean_absolute_error(y, s, sample_weight=w),
    "mse": lambda y, s, w=None: m.mean_squared_error(y, s, sample_weight=w),
    "rmse": lambda y, s, w=None: m.root_mean_squared_error(y, s, sample_weight=w),
    "r2": lambda y, s, w=None: m.r2_score(y, s, sample_weight=w),
    "explained_variance": lambda y, s, w=None: m.explained_variance_score(y, s, sample_weight=w),
    "mape": lambda y, s, w=None: m.mean_absolute_percentage_error(y, s, sample_weight=w),
    "smape": lambda y, s, w=None: float(np.average(2 * np.abs(y - s) / (np.abs(y) + np.abs(s)), weights=w)),
    "pinball_loss": lambda y, s, w=None: m.mean_pinball_loss(y, s, sample_weight=w),
    "pinball_loss_0.9": lambda y, s, w=None: m.mean_pinball_loss(y, s, alpha=0.9, sample_weight=w),
    "poisson_deviance": lambda y, s, w=None: m.mean_poisson_deviance(y, s, sample_weight=w),
    "gamma_deviance": lambda y, s, w=None: m.mean_gamma_deviance(y, s, sample_weight=w),
    "tweedie_deviance_1.5": lambda y, s, w=None: m.mean_tweedie_deviance(y, s, power=1.5, sample_weight=w),
    "tweedie_deviance_3": lambda y, s, w=None: m.mean_tweedie_deviance(y, s, power=3, sample_weight=w),
}
regression_values = {
    "median_absolute_error": lambda y, s, w=None: m.median_absolute_error(y, s, sample_weight=w),
    "max_error": lambda y, s, w=None: None if w is not None else m.max_error(y, s),
}


def influence(f, y, s, w):
    """n w times the derivative by each row's weight, by central differences."""
    h, found = 1e-4, []
    for i in range(len(y)):
        up, down = w.copy(), w.copy()
        up[i] += h
        down[i] -= h
        found.append(round(len(y) * w[i] * (f(y, s, up) - f(y, s, down)) / (2 * h), 7))
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


def number(value):
    return None if value is None else float(value)


def describe(f, y, s):
    return {
        "value": number(f(y, s)),
        "weighted": number(f(y, s, weight)),
        "influence": influence(f, y, s, np.ones(n)),
        "weightedInfluence": influence(f, y, s, weight),
        "jackknife": jackknife(f, y, s),
    }


def values_only(f, y, s):
    return {"value": number(f(y, s)), "weighted": number(f(y, s, weight))}


# Tiny and extreme inputs: [labels, scores]
edges = {
    "one row": [[1], [0.3]],
    "two rows": [[1, 0], [0.3, 0.6]],
    "constant predictions": [[1, 0, 1, 0, 0], [0.5] * 5],
    "all ties but one": [[1, 0, 1, 0, 0, 1], [0.5, 0.5, 0.5, 0.5, 0.5, 0.7]],
    "single class": [[1, 1, 1], [0.2, 0.6, 0.9]],
    "probabilities of 1e-300": [[1, 0, 1, 0], [1e-300, 1e-300, 0.5, 2e-300]],
    "probabilities of 0 and 1": [[1, 0, 1, 0], [1, 0, 0, 1]],
    "perfect": [[1, 0, 1, 0], [0.9, 0.1, 0.8, 0.2]],
    "reversed": [[1, 0, 1, 0], [0.1, 0.9, 0.2, 0.8]],
}
edge_metrics = ["roc_auc", "average_precision", "log_loss", "brier_score", "accuracy", "f1", "recall"]


def edge(y, s):
    y, s = np.array(y, float), np.array(s, float)
    found = {}
    for name in edge_metrics:
        try:
            value = binary[name](y, s) if name != "log_loss" else m.log_loss(y, s, labels=[0, 1])
            found[name] = None if np.isnan(value) else float(value)
        except ValueError:
            found[name] = None
    return {"labels": y.tolist(), "scores": s.tolist(), "values": found}


# Classes that no row has, or that none is decided for, of four: [labels, decided]
absent_classes = {
    "a class without rows and decisions": [[0, 0, 0, 0, 1, 1, 1, 3, 3, 3, 0, 1], [0, 0, 1, 3, 1, 1, 0, 3, 3, 0, 0, 1]],
    "a class that is only decided": [[0, 0, 0, 0, 1, 1, 1, 0, 1, 0], [0, 0, 2, 0, 1, 1, 0, 0, 2, 1]],
    "a class that is never decided": [[0, 0, 2, 0, 1, 1, 2, 0, 3, 3], [0, 0, 1, 0, 1, 1, 0, 3, 3, 1]],
}


def absent(y, decided):
    y, s = np.array(y), np.eye(classes)[decided]
    w = np.ones(len(y))
    names = [name for name in multiclass if name not in {"roc_auc_ovr", "average_precision_macro", "log_loss", "brier_score"}]
    values = {name: float(multiclass[name](y, s)) for name in names}
    return {
        "labels": y.tolist(),
        "shares": s.ravel().tolist(),
        "values": values,
        "influence": {name: influence(multiclass[name], y, s, w) for name in names},
    }


# Labels and predictions at the edge of where a loss is defined: [labels, predictions]
edge_losses = {
    "labels of 0": [[0, 1, 2.5, 4, 0.3], [0.5, 1, 2, 5, 0.2]],
    "labels of 0 that are met": [[0, 1, 2], [0, 1, 3]],
    "labels below 0": [[-1, 1, 2.5], [0.5, 1, 2]],
    "predictions of 0": [[1, 1, 2.5], [0.5, 0, 2]],
    "predictions below 0": [[1, 1, 2.5], [0.5, -1, 2]],
    "labels and predictions below 0": [[-1, 1, 2.5], [-2, 1, 2]],
    "labels above 0": [[1e-9, 1, 2.5], [1e-9, 3, 2]],
    "equal labels": [[2, 2, 2], [1, 2, 4]],
    "no error": [[1, 2, 4], [1, 2, 4]],
    "one row": [[3], [2]],
}


def loss(name, y, s):
    # smape has no value of 0 / 0 here, and 0 in ours.
    if name == "smape":
        y, s = y[(y != 0) | (s != 0)], s[(y != 0) | (s != 0)]
    try:
        value = float(regression[name](y, s))
    except ValueError:
        return None
    # Ours have no share of a variance of 0, nor of one row.
    return None if name in {"r2", "explained_variance"} and np.ptp(y) == 0 else value


def losses(y, s):
    y, s = np.array(y, float), np.array(s, float)
    found = {name: loss(name, y, s) for name in regression}
    met = np.mean((y != 0) | (s != 0))
    return {"labels": y.tolist(), "scores": s.tolist(), "values": {**found, "smape": found["smape"] * met}}


rows = dict(label=label, candidate=candidate, champion=champion, day=day, target=target, prediction=prediction, weight=weight, kind=kind, shares=shares.ravel(), amount=amount, expectedAmount=expected_amount)
positive = {"poisson_deviance", "gamma_deviance", "tweedie_deviance_1.5", "tweedie_deviance_3"}
of = lambda name: (amount, expected_amount) if name in positive else (target, prediction)
print(
    json.dumps(
        {
            "versions": {"scikit-learn": sklearn.__version__, "numpy": np.__version__},
            "rows": {k: v.tolist() for k, v in rows.items()},
            "binary": {name: describe(f, label, candidate) for name, f in binary.items()},
            "binaryValues": {name: values_only(f, label, candidate) for name, f in binary_values.items()},
            "multiclass": {name: describe(f, kind, shares) for name, f in multiclass.items()},
            "multiclassValues": {name: values_only(f, kind, shares) for name, f in multiclass_values.items()},
            "regression": {name: describe(f, *of(name)) for name, f in regression.items()},
            "regressionValues": {name: values_only(f, target, prediction) for name, f in regression_values.items()},
            "edges": {name: edge(*case) for name, case in edges.items()},
            "absentClasses": {name: absent(*case) for name, case in absent_classes.items()},
            "edgeLosses": {name: losses(*case) for name, case in edge_losses.items()},
            "positive": sorted(positive),
            "delong": delong(),
            "auc_difference_jackknife": jackknife(lambda y, a, b: m.roc_auc_score(y, a) - m.roc_auc_score(y, b), label, candidate, champion),
        }
    )
)
