"""Writes data/diabetes.csv: the diabetes data that scikit-learn carries, with the progression in ten grades."""

import pathlib

from sklearn.datasets import load_diabetes

table = load_diabetes(as_frame=True, scaled=False).frame
table["grade"] = (table.pop("target") / 35).round().astype(int)
pathlib.Path("data").mkdir(exist_ok=True)
table.to_csv("data/diabetes.csv", index=False)
