"""Writes data/raw.csv: the breast cancer data that scikit-learn carries, and the folder that `dvc init` makes."""

import pathlib

from sklearn.datasets import load_breast_cancer

table = load_breast_cancer(as_frame=True).frame.rename(columns={"target": "benign"})
pathlib.Path("data").mkdir(exist_ok=True)
table.to_csv("data/raw.csv", index=False)
pathlib.Path(".dvc").mkdir(exist_ok=True)
pathlib.Path(".dvc/config").write_text("[core]\n    analytics = false\n")
pathlib.Path(".dvc/.gitignore").write_text("/config.local\n/tmp\n/cache\n")
