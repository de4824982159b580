"""Golden numbers of the distributions, from SciPy: python statistics.py > statistics.json"""

import json

import numpy
import scipy
from scipy import stats

kolmogorov = [
    (d, n)
    for n in (1, 2, 5, 10, 30, 100, 140, 141, 500, 3000, 20_000, 100_000, 250_000)
    for d in (0.001, 0.003, 0.01, 0.02, 0.05, 0.1, 0.2, 0.3, 0.45, 0.55, 0.8, 0.95)
]
print(
    json.dumps(
        {
            "versions": {"scipy": scipy.__version__, "numpy": numpy.__version__},
            "normal_cdf": [[x, stats.norm.cdf(x)] for x in (-8, -3.2, -1, -0.1, 0, 0.4, 1.96, 5)],
            "normal_ppf": [[p, stats.norm.ppf(p)] for p in (1e-12, 1e-4, 0.025, 0.2, 0.5, 0.8, 0.975, 0.9999)],
            "t_cdf": [[x, v, stats.t.cdf(x, v)] for x in (-30, -2.5, 0, 0.3, 2.1) for v in (1, 9, 30, 511, 5e5)],
            "t_ppf": [[p, v, stats.t.ppf(p, v)] for p in (0.001, 0.025, 0.4, 0.9, 0.975, 0.9995) for v in (1, 9, 30, 511, 5e5)],
            "chi2_sf": [[x, v, stats.chi2.sf(x, v)] for x in (0.1, 1, 3.84, 20, 90, 400) for v in (1, 2, 6, 50, 228)],
            "kstwo_sf": [[d, n, stats.kstwo.sf(d, n)] for d, n in kolmogorov],
            "bh": [[0.01, 0.04, 0.03, 0.5, 0.2], stats.false_discovery_control([0.01, 0.04, 0.03, 0.5, 0.2]).tolist()],
            "chi2_contingency": [
                [t, *[float(v) for v in stats.chi2_contingency(t)[:3]]]
                for t in ([[10, 20, 30], [6, 9, 17]], [[50, 30], [40, 45]], [[500, 20, 1], [480, 31, 7]])
            ],
        },
        indent=1,
    )
)
