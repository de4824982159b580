"""Golden numbers of values per example, from SciPy: python examples.py > examples.json

Each case has values of two models on the same examples and their groups. The error of the paired difference is that of
scipy.stats.ttest_rel without groups, times the root of n / (n - 1), and CR2's for a mean with them: sums of each group's residuals, over the root of what
the mean leaves of them (Bell and McCaffrey 2002). Degrees of freedom are Satterthwaite's, from the eigenvalues of the
quadratic form itself (for CR2 with errors of one group that move together), and no more than the fourth moment leaves. The
quantile has Hall's correction for skewness.
"""

import json

import numpy
import scipy
from scipy import stats


def moments(parts):
    squares, cubes, fourths = (float(numpy.sum(parts**power)) for power in (2, 3, 4))
    return cubes / squares**1.5, squares**2 / fourths


def freedom(effective, count):
    excess = 1 / effective - 1 / count
    return numpy.inf if excess <= 0 else 2 / excess


def by_rows(values):
    n = len(values)
    parts = values - values.mean()
    skewness, effective = moments(parts)
    # The judge widens the variance by n / (n - 1) once more, as for every value that rests on n rows.
    return float(stats.sem(values)) * (n / (n - 1)) ** 0.5, min(n - 1, freedom(effective, n)), skewness


def by_groups(values, groups):
    n = len(values)
    parts = values - values.mean()
    names, codes = numpy.unique(groups, return_inverse=True)
    count = len(names)
    shares = numpy.bincount(codes) / n
    sums = numpy.bincount(codes, weights=parts)
    variance = float(numpy.sum(sums**2 / (1 - shares))) / n**2
    # Sums of a group have the variance of its share squared; the residuals are (I - 1 share') of them.
    root = numpy.diag(shares) - numpy.outer(shares, shares)
    form = (root / numpy.sqrt(1 - shares)[:, None]) @ (root / numpy.sqrt(1 - shares)[:, None]).T
    satterthwaite = numpy.trace(form) ** 2 / numpy.trace(form @ form)
    of_rows, of_sums = moments(parts), moments(sums)
    freedoms = (satterthwaite, n - 1, freedom(of_rows[1], n), freedom(of_sums[1], count))
    skewness = max(of_rows[0], of_sums[0], key=abs)
    return variance**0.5, max(1, min(freedoms)), 2 * skewness


def interval(values, groups):
    error, df, skewness = by_rows(values) if groups is None else by_groups(values, groups)
    t = stats.t.ppf(0.975, df)
    half = (t + abs(skewness) * (2 * t * t + 1) / 6) * error
    mean = float(values.mean())
    return {"value": mean, "lower": mean - half, "upper": mean + half, "standardError": error}


def case(name, n, group_count):
    random = numpy.random.default_rng(7)
    groups = None if group_count is None else random.integers(0, group_count, n)
    effect = 0 if groups is None else random.normal(0, 0.1, group_count)[groups]
    candidate = numpy.round(0.7 + effect + random.normal(0, 0.2, n), 6)
    champion = numpy.round(candidate - 0.01 + (0 if groups is None else effect / 2) + random.normal(0, 0.1, n), 6)
    difference = interval(candidate - champion, groups)
    if groups is None:
        paired = stats.ttest_rel(candidate, champion)
        assert abs(difference["value"] / difference["standardError"] * (n / (n - 1)) ** 0.5 - paired.statistic) < 1e-9
    return {
        "name": name,
        "candidate": candidate.tolist(),
        "champion": champion.tolist(),
        "groups": None if groups is None else groups.tolist(),
        "mean": interval(candidate, groups),
        "difference": difference,
    }


def binary():
    random = numpy.random.default_rng(3)
    candidate = (random.random(400) < 0.8).astype(int)
    ends = stats.binomtest(int(candidate.sum()), 400).proportion_ci(0.95, "exact")
    champion = numpy.where(random.random(400) < 0.9, candidate, 1 - candidate)
    better = int(numpy.sum(candidate > champion))
    discordant = int(numpy.sum(candidate != champion))
    return {
        "candidate": candidate.tolist(),
        "champion": champion.tolist(),
        "mean": {"value": float(candidate.mean()), "lower": float(ends.low), "upper": float(ends.high)},
        "mcnemar": float(stats.binomtest(better, discordant).pvalue),
    }


print(
    json.dumps(
        {
            "versions": {"scipy": scipy.__version__, "numpy": numpy.__version__},
            "cases": [
                case("60 independent examples", 60, None),
                case("240 examples of 24 groups", 240, 24),
                case("150 examples of 40 groups", 150, 40),
            ],
            "binary": binary(),
        },
    )
)
