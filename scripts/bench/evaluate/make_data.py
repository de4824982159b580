"""Data and models of the benchmark: python make_data.py <folder> <rows>"""

import sys

import numpy as np
import pandas as pd
from skl2onnx import to_onnx
from skl2onnx.common.data_types import FloatTensorType
from sklearn.ensemble import HistGradientBoostingClassifier

folder, rows = sys.argv[1], int(sys.argv[2])
random = np.random.default_rng(7)
names = [f"f{i}" for i in range(7)]
x = random.normal(size=(rows, 7)).astype(np.float32)
signal = x[:, 0] + 0.5 * x[:, 1] * x[:, 2] + 0.7 * x[:, 3] - 1.2
late = (signal + random.logistic(size=rows) > 0).astype(np.int8)
frame = pd.DataFrame(x, columns=names)
frame["late"] = late
frame["day"] = pd.to_datetime("2001-01-01") + pd.to_timedelta(random.integers(0, 60, rows), unit="D")
frame["part"] = random.integers(0, 10, rows).astype(np.int32)
train = slice(0, min(rows, 50_000))
for name, used in (("candidate", 7), ("champion", 3)):
    made = x[train].copy()
    made[:, used:] = 0
    model = HistGradientBoostingClassifier(max_iter=60, max_leaf_nodes=24, random_state=1).fit(made, late[train])
    onnx = to_onnx(model, initial_types=[("features", FloatTensorType([None, 7]))], options={"zipmap": False}, target_opset={"": 17, "ai.onnx.ml": 3})
    open(f"{folder}/{name}.onnx", "wb").write(onnx.SerializeToString())
    pd.DataFrame({"score": model.predict_proba(x)[:, 1]}).to_parquet(f"{folder}/{name}.parquet", index=False)
frame.to_parquet(f"{folder}/data.parquet", index=False)
