"""Golden numbers of cross-validation, from scikit-learn and SciPy: python folds.py > folds.json"""

import json

import numpy as np
import sklearn
from scipy import stats
from sklearn import metrics as m
from sklearn.datasets import load_breast_cancer, load_diabetes
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.model_selection import KFold, RepeatedStratifiedKFold, StratifiedKFold
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.tree import DecisionTreeClassifier, DecisionTreeRegressor

ROWS = 120


def corrected(values, share):
    """Mean and half width by C. Nadeau and Y. Bengio (2003), equation 9."""
    k = len(values)
    half = stats.t.ppf(0.975, k - 1) * np.sqrt((1 / k + share) * np.var(values, ddof=1))
    return {"mean": float(np.mean(values)), "half": float(half)}


def study(data, models, splits, metrics, is_class):
    x, y = data
    tables = []
    for model in models:
        rows = []
        for fold, (train, test) in enumerate(splits):
            model.fit(x[train], y[train])
            scores = model.predict_proba(x[test])[:, 1] if is_class else model.predict(x[test])
            rows += [[int(row), fold, round(float(score), 6)] for row, score in zip(test, scores)]
        tables.append(rows)
    share = max(len(test) / len(train) for train, test in splits)
    expected = {}
    for name, metric in metrics.items():
        values = []
        for table in tables:
            table = np.array(table)
            folds = [table[table[:, 1] == fold] for fold in range(len(splits))]
            values.append(np.array([metric(y[part[:, 0].astype(int)], part[:, 2]) for part in folds]))
        expected[name] = {
            "candidate": corrected(values[0], share),
            "champion": corrected(values[1], share),
            "difference": corrected(values[0] - values[1], share),
        }
    return {"labels": y.tolist(), "candidate": tables[0], "champion": tables[1], "metrics": expected}


cancer = load_breast_cancer()
x, y = cancer.data[:ROWS, :4], cancer.target[:ROWS]
classifiers = [
    make_pipeline(StandardScaler(), LogisticRegression()),
    DecisionTreeClassifier(max_depth=3, min_samples_leaf=8, random_state=0),
]
of_classes = {
    "accuracy": lambda y, s: m.accuracy_score(y, s >= 0.5),
    "roc_auc": m.roc_auc_score,
    "brier_score": m.brier_score_loss,
}
diabetes = load_diabetes()
regressors = [Ridge(), DecisionTreeRegressor(max_depth=3, random_state=0)]
print(
    json.dumps(
        {
            "versions": {"scikit-learn": sklearn.__version__},
            "kFold": study((x, y), classifiers, list(StratifiedKFold(10, shuffle=True, random_state=1).split(x, y)), of_classes, True),
            "repeated": study(
                (x, y), classifiers, list(RepeatedStratifiedKFold(n_splits=5, n_repeats=4, random_state=2).split(x, y)), of_classes, True
            ),
            "regression": study(
                (diabetes.data[:ROWS], diabetes.target[:ROWS]),
                regressors,
                list(KFold(7, shuffle=True, random_state=3).split(diabetes.data[:ROWS])),
                {"mae": m.mean_absolute_error, "rmse": m.root_mean_squared_error, "r2": m.r2_score},
                False,
            ),
        }
    )
)
