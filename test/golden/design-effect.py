"""Golden design effects of rows in groups, from statsmodels: python design-effect.py > design-effect.json"""

import json

import numpy as np
import statsmodels
import statsmodels.api as sm

random = np.random.default_rng(7)


def effect(hits, groups):
    """Cluster-robust variance of a share over that of as many independent rows."""
    hits = np.asarray(hits, dtype=float)
    fit = sm.OLS(hits, np.ones((len(hits), 1))).fit(cov_type="cluster", cov_kwds={"groups": groups, "use_correction": True})
    share = hits.mean()
    return float(fit.cov_params()[0, 0] / (share * (1 - share) / len(hits)))


def mean_effect(numbers, groups):
    """The same of the mean of a number."""
    numbers = np.asarray(numbers, dtype=float)
    fit = sm.OLS(numbers, np.ones((len(numbers), 1))).fit(cov_type="cluster", cov_kwds={"groups": groups, "use_correction": True})
    return float(fit.cov_params()[0, 0] / (numbers.var() / len(numbers)))


cases = []
for sizes, spread in (([4] * 25, 0.8), (list(range(1, 21)), 0.5), ([30, 2, 2, 2, 50, 7], 1.5), ([1] * 40, 0.0)):
    groups = np.repeat(np.arange(len(sizes)), sizes)
    values = random.normal(0, 1, len(groups)) + np.repeat(random.normal(0, spread, len(sizes)), sizes)
    missing = random.random(len(groups)) < 0.1 + 0.3 * (groups % 2)
    present = ~missing
    ordered = np.sort(values[present])
    cuts = [ordered[int(np.floor(part / 10 * (len(ordered) - 1)))] for part in range(1, 10)]
    codes = np.digitize(values, [-0.5, 0.3, 1.0])
    cases.append(
        {
            "groups": groups.tolist(),
            "values": [None if gone else float(value) for value, gone in zip(values, missing)],
            "codes": [-1 if gone else int(code) for code, gone in zip(codes, missing)],
            "numeric": max(1.0, float(np.mean([effect(values[present] <= cut, groups[present]) for cut in cuts]))),
            "ranks": max(1.0, mean_effect(np.searchsorted(cuts, values[present]), groups[present])),
            "categorical": max([1.0] + [effect(codes[present] == code, groups[present]) for code in range(4)]),
            "presence": max(1.0, effect(present, groups)),
        }
    )
print(json.dumps({"versions": {"numpy": np.__version__, "statsmodels": statsmodels.__version__}, "cases": cases}))
