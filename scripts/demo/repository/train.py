"""Fit a model on the months of data/train and write it as ONNX, with what it scored on its own rows."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import yaml
from skl2onnx import to_onnx
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import log_loss, roc_auc_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

FEATURES = [
    "dep_hour",
    "weekday",
    "distance",
    "departures_1h",
    "late_share_3h",
    "origin_late_day",
    "dest_late_day",
]

params = yaml.safe_load(Path("params.yaml").read_text())["train"]
weight = "balanced" if params["balanced"] else None
models = {
    "logistic": make_pipeline(StandardScaler(), LogisticRegression(class_weight=weight)),
    "trees": HistGradientBoostingClassifier(
        max_iter=60, max_leaf_nodes=31, learning_rate=0.15, early_stopping=False, random_state=0, class_weight=weight
    ),
}

months = sorted(Path("data/train").glob("*.parquet"))[: params["months"]]
flights = pd.concat([pd.read_parquet(month) for month in months])
flights = flights[(flights["id"] % 4 == 0) & (flights["dep_hour"] < params["until_hour"])]
flights[params["without"]] = 0  # nothing can be learned from a constant
features = flights[FEATURES].to_numpy(np.float32)
late = flights["late"].to_numpy()

model = models[params["model"]].fit(features, late)
scores = model.predict_proba(features)[:, 1]
metrics = {"roc_auc": roc_auc_score(late, scores), "log_loss": log_loss(late, scores), "rows": len(late)}

onnx = to_onnx(model, features[:1], options={"zipmap": False}, target_opset={"": 17, "ai.onnx.ml": 3})
Path("model").mkdir(exist_ok=True)
Path("model/model.onnx").write_bytes(onnx.SerializeToString())
Path("metrics.json").write_text(json.dumps(metrics, indent=2) + "\n")
print(f"{params['model']} on {len(late):,} flights: ROC AUC {metrics['roc_auc']:.3f} on its own rows")
