"""Writes data/train.parquet and data/test.parquet: the breast cancer data that scikit-learn carries."""

import pathlib

from sklearn.datasets import load_breast_cancer
from sklearn.model_selection import train_test_split

table = load_breast_cancer(as_frame=True).frame.rename(columns={"target": "is_benign"})
train, test = train_test_split(table, test_size=0.4, random_state=4, stratify=table["is_benign"])
pathlib.Path("data").mkdir(exist_ok=True)
train.to_parquet("data/train.parquet")
test.to_parquet("data/test.parquet")
