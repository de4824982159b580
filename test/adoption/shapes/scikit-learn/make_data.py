"""Writes data/train.csv and data/test.csv: the breast cancer data that scikit-learn carries, with words as labels."""

import argparse
import pathlib

from sklearn.datasets import load_breast_cancer
from sklearn.model_selection import train_test_split

parser = argparse.ArgumentParser()
parser.add_argument("--first", type=int, help="only so many rows of the test set")
args = parser.parse_args()

loaded = load_breast_cancer(as_frame=True)
table = loaded.frame.rename(columns={"target": "diagnosis"})
table["diagnosis"] = table["diagnosis"].map({0: "malignant", 1: "benign"})
train, test = train_test_split(table, test_size=0.3, random_state=7, stratify=table["diagnosis"])
pathlib.Path("data").mkdir(exist_ok=True)
train.to_csv("data/train.csv", index=False)
test[: args.first].to_csv("data/test.csv", index=False)
