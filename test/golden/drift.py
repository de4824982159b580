"""Golden numbers of the drift tests, from SciPy: python drift.py > drift.json"""

import json

import numpy as np
import scipy
from scipy import stats

random = np.random.default_rng(7)
samples = {
    "shifted": (random.normal(0, 1, 400), random.normal(0.3, 1, 250)),
    "same law": (random.normal(0, 1, 300), random.normal(0, 1, 500)),
    "ties": (random.integers(0, 8, 200).astype(float), random.integers(0, 9, 150).astype(float)),
    "small": (random.random(31), random.random(40) * 1.4),
    "far apart": (random.random(100), random.random(100) + 5),
}
tables = [[[10, 20, 30], [6, 9, 17]], [[50, 30], [40, 45]], [[500, 20, 1], [480, 31, 7]], [[3, 0, 4], [9, 5, 0]]]
print(
    json.dumps(
        {
            "versions": {"scipy": scipy.__version__, "numpy": np.__version__},
            "ks": {
                name: {"reference": a.tolist(), "current": b.tolist(), "statistic": r.statistic, "pValue": r.pvalue}
                for name, (a, b) in samples.items()
                for r in [stats.ks_2samp(a, b, method="asymp")]
            },
            "chi2": [[t, float(r.statistic), float(r.pvalue)] for t in tables for r in [stats.chi2_contingency(t)]],
        }
    )
)
