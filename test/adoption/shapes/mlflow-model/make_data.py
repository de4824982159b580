"""Writes data/train.csv and data/test.csv: the breast cancer data that scikit-learn carries."""

import pathlib

from sklearn.datasets import load_breast_cancer
from sklearn.model_selection import train_test_split

table = load_breast_cancer(as_frame=True).frame
train, test = train_test_split(table, test_size=0.4, random_state=6, stratify=table["target"])
pathlib.Path("data").mkdir(exist_ok=True)
train.to_csv("data/train.csv", index=False)
test.to_csv("data/test.csv", index=False)
