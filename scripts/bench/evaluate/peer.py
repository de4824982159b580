"""The same work with scikit-learn: python peer.py <folder> [resamples] -> seconds and values as JSON"""

import json
import sys
import time

import numpy as np
import pandas as pd
from sklearn import metrics as m

folder = sys.argv[1]
RESAMPLES = int(sys.argv[2]) if len(sys.argv) > 2 else 20
data = pd.read_parquet(f"{folder}/data.parquet", columns=["late", "part"])
y = data["late"].to_numpy()
models = [pd.read_parquet(f"{folder}/{name}.parquet")["score"].to_numpy() for name in ("candidate", "champion")]
parts = [np.flatnonzero(data["part"].to_numpy() == part) for part in range(10)]


def measure(y, s):
    d = s >= 0.5
    return [
        m.roc_auc_score(y, s), m.average_precision_score(y, s), m.log_loss(y, s), m.brier_score_loss(y, s),
        m.accuracy_score(y, d), m.balanced_accuracy_score(y, d), m.f1_score(y, d), m.precision_score(y, d),
        m.recall_score(y, d), m.recall_score(y, d, pos_label=0), m.matthews_corrcoef(y, d), m.cohen_kappa_score(y, d),
    ]


def everything(rows):
    for s in models:
        measure(y[rows], s[rows])
        for part in parts:
            measure(y[rows][part], s[rows][part])


def timed(work):
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


random = np.random.default_rng(1)
everywhere = np.arange(len(y))
points = timed(lambda: everything(everywhere))
bootstrap = timed(lambda: [everything(random.integers(0, len(y), len(y))) for _ in range(RESAMPLES)])
print(json.dumps({"points": points, "bootstrap": bootstrap * 1000 / max(1, RESAMPLES), "values": [v for s in models for v in measure(y, s)]}))
