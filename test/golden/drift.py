"""Golden numbers of the drift tests, from SciPy and statsmodels: python drift.py > drift.json"""

import json

import numpy as np
import scipy
import statsmodels
from scipy import special, stats
from statsmodels.stats.multitest import multipletests

random = np.random.default_rng(7)
samples = {
    "shifted": (random.normal(0, 1, 400), random.normal(0.3, 1, 250)),
    "same law": (random.normal(0, 1, 300), random.normal(0, 1, 500)),
    "ties": (random.integers(0, 8, 200).astype(float), random.integers(0, 9, 150).astype(float)),
    "small": (random.random(31), random.random(40) * 1.4),
    "far apart": (random.random(100), random.random(100) + 5),
}
tables = [[[10, 20, 30], [6, 9, 17]], [[50, 30], [40, 45]], [[500, 20, 1], [480, 31, 7]], [[3, 0, 4], [9, 5, 0]]]
counts = [[[50, 50], [50, 50]], [[50, 50], [80, 20]], [[50, 50], [60, 40]], [[900, 90, 0, 10], [400, 80, 20, 0]]]
p_values = [[0.01, 0.04, 0.03, 0.005], [0.3], [0.9, 0.5, 0.02, 0.02], [0.0, 1.0, 0.2, 0.001, 0.049]]


def psi(table):
    """Symmetric Kullback-Leibler divergence of the shares, half a row added to each category."""
    p, q = [(np.array(row) + 0.5) / (np.array(row) + 0.5).sum() for row in table]
    return float((special.rel_entr(p, q) + special.rel_entr(q, p)).sum())


print(
    json.dumps(
        {
            "versions": {"scipy": scipy.__version__, "numpy": np.__version__, "statsmodels": statsmodels.__version__},
            "ks": {
                name: {"reference": a.tolist(), "current": b.tolist(), "statistic": r.statistic, "pValue": r.pvalue}
                for name, (a, b) in samples.items()
                for r in [stats.ks_2samp(a, b, method="asymp")]
            },
            "chi2": [[t, float(r.statistic), float(r.pvalue)] for t in tables for r in [stats.chi2_contingency(t)]],
            "psi": [[table, psi(table)] for table in counts],
            "holm": [[p, multipletests(p, method="holm")[1].tolist()] for p in p_values],
            "missing": [
                [[m, n], float(r.statistic), float(r.pvalue)]
                for m, n in [([5, 995], [90, 910]), ([0, 60], [3, 40])]
                for r in [stats.chi2_contingency([m, n])]
            ],
        }
    )
)
