"""The same work with scikit-learn and onnxruntime: python peer.py <folder> -> seconds as JSON"""

import json
import sys
import time

import numpy as np
import pandas as pd
from sklearn import metrics as m

folder = sys.argv[1]
RESAMPLES = 20
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


def score():
    import onnxruntime

    features = pd.read_parquet(f"{folder}/data.parquet", columns=[f"f{i}" for i in range(7)]).to_numpy(np.float32)
    session = onnxruntime.InferenceSession(f"{folder}/candidate.onnx", providers=["CPUExecutionProvider"])

    def batches():
        for at in range(0, len(features), 10_000):
            session.run(["probabilities"], {"features": features[at : at + 10_000]})

    return timed(batches)


try:
    scoring = score()
except ImportError:
    scoring = None
print(json.dumps({"points": points, "bootstrap": bootstrap * 1000 / RESAMPLES, "scoring": scoring}))
