"""Writes data/raw.csv: the breast cancer data that scikit-learn carries."""

import pathlib

from sklearn.datasets import load_breast_cancer

table = load_breast_cancer(as_frame=True).frame.rename(columns={"target": "benign"})
pathlib.Path("data").mkdir(exist_ok=True)
table.to_csv("data/raw.csv", index=False)
