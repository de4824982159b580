"""Golden numbers of limits that hold for every law, from SciPy: python limits.py > limits.json"""

import json

import numpy as np
import scipy
from scipy import optimize, special, stats


def upper(mean, trials, tail):
    """The mean whose relative entropy from the observed one is ln(1 / tail) / trials, by Brent's method."""
    allowed = np.log(1 / tail) / trials

    def excess(other):
        return special.rel_entr(mean, other) + special.rel_entr(1 - mean, 1 - other) - allowed

    return float(optimize.brentq(excess, mean, 1 - 1e-15, xtol=1e-15)) if mean < 1 else 1.0


def clopper_pearson(hits, trials, level):
    found = stats.binomtest(hits, trials).proportion_ci(level, "exact")
    return [float(found.low), float(found.high)]


def jaccard_f1(hits, trials, level):
    """F1 is 2 J / (1 + J) of the share J of hits among hits, misses and false alarms."""
    return [2 * j / (1 + j) for j in clopper_pearson(hits, trials, level)]


def most_effect(trials, effects, probability):
    """The largest sum of effects times shares for which no row of any class has the probability, by SLSQP."""
    trials, effects = np.array(trials, float), np.array(effects, float)
    scale = effects.max()
    best = 0.0
    for start in (0.001, 0.01, 0.05):
        found = optimize.minimize(
            lambda p: -(effects @ p) / scale,
            np.full(len(trials), start),
            jac=lambda p: -effects / scale,
            bounds=[(0, 1 - 1e-9)] * len(trials),
            constraints={
                "type": "ineq",
                "fun": lambda p: trials @ np.log1p(-p) - np.log(probability),
                "jac": lambda p: -trials / (1 - p),
            },
            method="SLSQP",
            options={"ftol": 1e-15, "maxiter": 1000},
        )
        best = max(best, -found.fun * scale)
    return float(best)


def least_precision(prevalence, false_rate, steps=200):
    """The least mean of p r / (p r + (1 - p) f) over rates f in [0, 1] with a mean, from its stationary form by Brent."""
    r = (np.arange(steps) + 0.5) / steps

    def rates(root):
        return np.clip((root * np.sqrt(r) - prevalence * r) / (1 - prevalence), 0, 1)

    root = optimize.brentq(lambda one: rates(one).mean() - false_rate, 0, 1e3, xtol=1e-15)
    hits = prevalence * r
    return float((hits / (hits + (1 - prevalence) * rates(root))).mean())


means = [(0.0, 100, 0.025), (0.5, 30, 0.025), (0.006, 63, 0.025), (0.02, 171, 0.0125), (0.3, 1000, 0.005), (1.0, 20, 0.025)]
classes = [
    ([100.0], [1.0], 0.0225),
    ([63.0, 108.0], [0.5, 0.5], 0.0225),
    ([10.0, 90.0], [0.5, 0.5], 0.0225),
    ([40.0, 30.0, 100.0], [0.2, 0.6, 0.3], 0.005),
]
rates = [(0.3, 0.085), (0.05, 0.01), (0.5, 0.5), (0.368, 0.0001)]

print(
    json.dumps(
        {
            "versions": {"scipy": scipy.__version__, "numpy": np.__version__},
            "means": [{"mean": m, "trials": n, "tail": t, "upper": upper(m, n, t)} for m, n, t in means],
            "f1": [{"hits": h, "trials": n, "limits": jaccard_f1(h, n, 0.95)} for h, n in [(50, 60), (3, 9), (63, 63)]],
            "effects": [
                {"trials": n, "effects": e, "probability": p, "most": most_effect(n, e, p)} for n, e, p in classes
            ],
            "precision": [{"prevalence": p, "falseRate": f, "least": least_precision(p, f)} for p, f in rates],
        }
    )
)
