"""Writes data/digits.csv: the handwritten digits that scikit-learn carries."""

import pathlib

from sklearn.datasets import load_digits

loaded = load_digits(as_frame=True)
pathlib.Path("data").mkdir(exist_ok=True)
loaded.frame.rename(columns={"target": "digit"}).astype(int).to_csv("data/digits.csv", index=False)
