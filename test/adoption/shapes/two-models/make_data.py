"""Writes the tables of both models: the breast cancer data and the wines that scikit-learn carries, with columns of words."""

import pathlib

import pandas as pd
from sklearn.datasets import load_breast_cancer, load_digits
from sklearn.model_selection import train_test_split


def write(folder, table, label):
    train, test = train_test_split(table, test_size=0.4, random_state=1, stratify=table[label])
    path = pathlib.Path(folder, "data")
    path.mkdir(exist_ok=True)
    train.to_csv(path / "train.csv", index=False)
    test.to_csv(path / "test.csv", index=False)


tumours = load_breast_cancer(as_frame=True).frame.iloc[:, [0, 1, 2, 4, 5, 30]]
tumours["size"] = pd.cut(tumours["mean area"] if "mean area" in tumours else tumours["mean radius"], 3, labels=["small", "middle", "large"]).astype(str)
tumours["Diagnosis"] = tumours.pop("target").map({0: "malignant", 1: "benign"})
write("tumour", tumours, "Diagnosis")

digits = load_digits(as_frame=True).frame
digits = digits[digits["target"].isin([1, 4, 7])].copy()
digits["kind"] = digits.pop("target").map({1: "one", 4: "four", 7: "seven"})
digits["ink"] = pd.cut(digits.drop(columns="kind").sum(axis=1), 3, labels=["light", "usual", "heavy"]).astype(str)
write("figure", digits, "kind")
