"""Golden numbers of proportions, from SciPy: python proportions.py > proportions.json"""

import json

import scipy
from scipy import stats

cases = [(0, 10), (1, 10), (5, 10), (10, 10), (3, 200), (197, 200), (40, 127), (1234, 5000)]


def limits(hits, trials, method):
    found = stats.binomtest(hits, trials).proportion_ci(0.95, method)
    return [float(found.low), float(found.high)]


print(
    json.dumps(
        {
            "versions": {"scipy": scipy.__version__},
            "intervals": [
                {"hits": h, "trials": n, "exact": limits(h, n, "exact"), "wilson": limits(h, n, "wilson")} for h, n in cases
            ],
            # Rows that only the first model has right, rows that only the second one has right.
            "mcnemar": [
                {"first": b, "second": c, "pValue": float(stats.binomtest(b, b + c, 0.5).pvalue)}
                for b, c in [(1, 5), (10, 3), (7, 7), (0, 4), (120, 150)]
            ],
        }
    )
)
