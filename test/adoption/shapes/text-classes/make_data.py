"""Writes data/train.csv and data/test.csv: sentences of the documentation of three packages, and the package of each."""

import importlib
import inspect
import pathlib
import re

import pandas as pd
from sklearn.model_selection import train_test_split

MODULES = {
    "numbers": ["numpy", "numpy.linalg", "numpy.random", "numpy.fft"],
    "tables": ["pandas", "pandas.api.types", "pandas.tseries.offsets", "pandas.io.formats.style"],
    "models": ["sklearn.linear_model", "sklearn.ensemble", "sklearn.metrics", "sklearn.preprocessing", "sklearn.cluster"],
}
rows = []
for tag, names in MODULES.items():
    for module in [importlib.import_module(name) for name in names]:
        for name in sorted(dir(module)):
            member = getattr(module, name)
            text = inspect.getdoc(member) if callable(member) and not name.startswith("_") else None
            for sentence in re.split(r"(?<=\.)\s+", text or "")[:6]:
                words = re.findall(r"[A-Za-z]{3,}", sentence)
                if len(words) >= 6:
                    rows.append({"title": name, "text": " ".join(words), "tag": tag})
table = pd.DataFrame(rows).drop_duplicates("text")
train, test = train_test_split(table, test_size=0.4, random_state=5, stratify=table["tag"])
pathlib.Path("data").mkdir(exist_ok=True)
train.to_csv("data/train.csv", index=False)
test.to_csv("data/test.csv", index=False)
