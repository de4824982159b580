"""Golden numbers of further drift tests and effects, from SciPy: python drift-tests.py > drift-tests.json"""

import json

import numpy as np
import scipy
from scipy import stats
from scipy.spatial.distance import jensenshannon

random = np.random.default_rng(11)
samples = {
    "same law": (random.normal(0, 1, 300), random.normal(0, 1, 180)),
    "shifted": (random.normal(0, 1, 400), random.normal(0.4, 1, 250)),
    "equal sizes": (random.normal(0, 1, 150), random.normal(0.2, 1.3, 150)),
    "wider": (random.normal(0, 1, 200), random.normal(0, 2, 333)),
    "ties": (random.integers(0, 8, 200).astype(float), random.integers(0, 9, 150).astype(float)),
    "few": (random.random(31), random.random(40) * 1.4),
    "far apart": (random.random(600), random.random(500) + 3),
    "skewed": (np.round(random.lognormal(0, 1, 240), 2), np.round(random.lognormal(0.3, 1, 310), 2)),
}
tables = [[[10, 20, 30], [6, 9, 17]], [[50, 30], [40, 45]], [[500, 20, 60], [480, 31, 7]], [[900, 90, 30, 10], [4000, 800, 200, 5]], [[90000, 10000], [80000, 20000]]]
small = [[[3, 9], [4, 5]], [[1, 40], [6, 39]], [[0, 60], [3, 40]], [[12, 300], [0, 45]]]
sparse = [[[3, 0, 4, 2], [9, 5, 0, 1]], [[500, 20, 1], [480, 31, 7]], [[40, 3, 1, 0, 2], [60, 1, 4, 6, 0]]]


def numeric(a, b):
    ks = stats.ks_2samp(a, b)
    cvm = stats.cramervonmises_2samp(a, b, method="asymptotic")
    ad = stats.anderson_ksamp([a, b], variant="midrank")
    mw = stats.mannwhitneyu(a, b, method="asymptotic")
    es = stats.epps_singleton_2samp(a, b)
    return {
        "reference": a.tolist(),
        "current": b.tolist(),
        "tests": {
            "ks": [float(ks.statistic), float(ks.pvalue)],
            "cramer-von-mises": [float(cvm.statistic), float(cvm.pvalue)],
            "anderson-darling": [float(ad.statistic), float(ad.pvalue)],
            "mann-whitney": [float(mw.statistic), float(mw.pvalue)],
            "epps-singleton": [float(es.statistic), float(es.pvalue)],
        },
        "effects": {"ks": float(ks.statistic), "wasserstein": float(stats.wasserstein_distance(a, b) / np.std(a))},
    }


def effects(table):
    p, q = [np.array(row) / np.sum(row) for row in table]
    return {
        "jensen-shannon": float(jensenshannon(p, q, base=2)),
        "hellinger": float(np.sqrt(max(0, 1 - np.sum(np.sqrt(p * q))))),
        "total-variation": float(np.abs(p - q).sum() / 2),
        "cramers-v": float(stats.contingency.association(np.array(table), method="cramer", correction=False)),
    }


def chi(table, kind):
    found = stats.chi2_contingency(table, lambda_=kind)
    return [float(found.statistic), float(found.pvalue)]


print(
    json.dumps(
        {
            "versions": {"scipy": scipy.__version__, "numpy": np.__version__},
            "numeric": {name: numeric(a, b) for name, (a, b) in samples.items()},
            "categorical": [
                {"table": t, "chi-square": chi(t, "pearson"), "g-test": chi(t, "log-likelihood"), "effects": effects(t)} for t in tables
            ],
            "fisher": [[t, float(stats.fisher_exact(t).pvalue)] for t in small],
            "permuted": [
                [t, float(stats.chi2_contingency(t, correction=False, method=stats.PermutationMethod(n_resamples=100_000, rng=1)).pvalue)]
                for t in sparse
            ],
        }
    )
)
