"""Models of several frameworks as ONNX, with the framework's own scores: python frameworks.py <folder>"""

import json
import sys
import warnings
from pathlib import Path

import catboost
import lightgbm
import numpy as np
import onnxmltools
import pandas as pd
import xgboost
from onnxmltools.convert.common.data_types import FloatTensorType as ToolsFloat
from skl2onnx import to_onnx
from skl2onnx.common.data_types import FloatTensorType
from sklearn.calibration import CalibratedClassifierCV
from sklearn.ensemble import GradientBoostingClassifier, RandomForestClassifier, RandomForestRegressor
from sklearn.linear_model import LogisticRegression
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC

warnings.filterwarnings("ignore")
folder = Path(sys.argv[1])
random = np.random.default_rng(1)
x = random.normal(size=(3000, 4)).astype(np.float32)
z = x[:, 0] + 0.5 * x[:, 1] * x[:, 2] + random.normal(size=len(x))
binary, classes, amount = (z > 0).astype(int), np.digitize(z, [-0.7, 0.7]), np.exp(z / 2)
pd.DataFrame(x, columns=list("abcd")).to_parquet(folder / "data.parquet")
scores = {}


def keep(name, model, target):
    """The scores of a fitted model as its framework gives them, one a row or one a class."""
    predicted = model.predict(x) if target is amount else model.predict_proba(x)
    each_class = target is classes
    one = predicted if each_class or target is amount else predicted[:, 1]
    scores[name] = {"eachClass": bool(each_class), "scores": np.asarray(one, dtype=float).ravel().tolist()}


def save(name, model, target, convert):
    model.fit(x, target)
    (folder / f"{name}.onnx").write_bytes(convert(model).SerializeToString())
    keep(name, model, target)


def sklearn(model):
    return to_onnx(model, initial_types=[("X", FloatTensorType([None, 4]))], target_opset={"": 17, "ai.onnx.ml": 3})


def tools(convert, **options):
    return lambda model: convert(model, initial_types=[("X", ToolsFloat([None, 4]))], target_opset=15, **options)


save("scikit-learn random forest", RandomForestClassifier(50, random_state=0), binary, sklearn)
save("scikit-learn boosted trees", GradientBoostingClassifier(random_state=0), binary, sklearn)
save("scikit-learn support vectors", SVC(probability=True, random_state=0), binary, sklearn)
save("scikit-learn neural network", make_pipeline(StandardScaler(), MLPClassifier((16,), random_state=0)), binary, sklearn)
save("scikit-learn calibrated", CalibratedClassifierCV(LogisticRegression()), binary, sklearn)
save("scikit-learn random forest, classes", RandomForestClassifier(50, random_state=0), classes, sklearn)
save("scikit-learn logistic, classes", LogisticRegression(), classes, sklearn)
save("scikit-learn random forest, numbers", RandomForestRegressor(30, random_state=0), amount, sklearn)
of_lightgbm = tools(onnxmltools.convert_lightgbm)
save("LightGBM", lightgbm.LGBMClassifier(verbose=-1), binary, of_lightgbm)
without_maps = tools(onnxmltools.convert_lightgbm, zipmap=False)
save("LightGBM without maps", lightgbm.LGBMClassifier(verbose=-1), binary, without_maps)
save("LightGBM, classes", lightgbm.LGBMClassifier(verbose=-1), classes, of_lightgbm)
save("LightGBM, numbers", lightgbm.LGBMRegressor(verbose=-1), amount, of_lightgbm)
of_xgboost = tools(onnxmltools.convert_xgboost)
save("XGBoost", xgboost.XGBClassifier(n_estimators=30), binary, of_xgboost)
save("XGBoost, classes", xgboost.XGBClassifier(n_estimators=30), classes, of_xgboost)
save("XGBoost, numbers", xgboost.XGBRegressor(n_estimators=30), amount, of_xgboost)
catboosts = {"": (catboost.CatBoostClassifier, binary), ", numbers": (catboost.CatBoostRegressor, amount)}
catboosts[", classes"] = (catboost.CatBoostClassifier, classes)
for kind, (make, target) in catboosts.items():
    model = make(iterations=30, verbose=False, allow_writing_files=False).fit(x, target)
    model.save_model(str(folder / f"CatBoost{kind}.onnx"), format="onnx")
    keep(f"CatBoost{kind}", model, target)
(folder / "scores.json").write_text(json.dumps(scores))
