"""Golden out-of-fold scores of a domain classifier, from scikit-learn: python domain-classifier.py > domain-classifier.json"""

import json
import sys

import numpy as np
import sklearn
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score

random = np.random.default_rng(3)
cases = []
for shift, spread in ((0.0, 1.0), (0.6, 1.0), (0.0, 1.6), (4.0, 1.0)):
    rows = 120
    labels = (np.arange(rows) % 5 < 2).astype(int)
    x = random.normal(0, 1, (rows, 2))
    x[labels == 1, 0] = x[labels == 1, 0] * spread + shift
    category = random.integers(0, 3, rows)
    features = np.column_stack([x, x**2, category == 0, category == 1]).astype(float).round(6)
    folds = random.integers(0, 4, rows)
    scores = np.zeros(rows)
    for fold in range(4):
        model = LogisticRegression(C=1.0, solver="newton-cholesky", tol=1e-12, max_iter=1000)
        model.fit(features[folds != fold], labels[folds != fold])
        scores[folds == fold] = model.decision_function(features[folds == fold])
    cases.append(
        {
            "columns": features.T.tolist(),
            "labels": labels.tolist(),
            "folds": folds.tolist(),
            "scores": scores.tolist(),
            "auc": float(roc_auc_score(labels, scores)),
        }
    )
json.dump({"versions": {"numpy": np.__version__, "scikit-learn": sklearn.__version__}, "cases": cases}, sys.stdout)
print()
