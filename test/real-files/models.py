"""Models over real columns, with the scores that Python's ONNX Runtime gives for every row: python models.py <folder>"""

import json
import re
import sys
import warnings
from pathlib import Path

import lightgbm
import numpy as np
import onnx
import onnxmltools
import onnxruntime
import pandas as pd
from onnx import TensorProto, helper
from onnxmltools.convert.common.data_types import FloatTensorType as ToolsFloat
from skl2onnx import convert_sklearn
from skl2onnx.common import data_types as types
from sklearn import ensemble, linear_model, metrics, naive_bayes, neighbors, neural_network, preprocessing, svm, tree
from sklearn.calibration import CalibratedClassifierCV
from sklearn.compose import ColumnTransformer
from sklearn.impute import SimpleImputer
from sklearn.pipeline import make_pipeline

from real_sources import r, sk, with_label

warnings.filterwarnings("ignore")
folder = Path(sys.argv[1])
cases = []
datasets = {}
OPSET = {"": 17, "ai.onnx.ml": 3}
NUMPY = {"float": "float32", "double": "float64", "int64": "int64", "int32": "int32", "bool": "bool"}


def dataset(name, frame, form="parquet"):
    file = f"{name}.{form}"
    frame = frame.reset_index(drop=True)
    frame.to_csv(folder / file, index=False) if form == "csv" else frame.to_parquet(folder / file)
    datasets[name] = (file, frame)
    return frame


def fed(declared, frame, columns):
    """What a person feeds: a column each, or all features in one tensor."""
    kind = declared.type.removeprefix("tensor(").removesuffix(")")
    if kind == "string":
        text = frame[columns[0]]
        return text.where(text.isna(), text.astype(str)).fillna("").to_numpy(dtype=object).reshape(-1, 1)
    values = frame[columns].to_numpy(dtype=NUMPY[kind])
    return values[:, 0] if len(declared.shape) == 1 else values


def column_for(name, frame):
    """skl2onnx writes _ for what is no letter or digit."""
    return next(column for column in frame.columns if column == name or re.sub(r"\W", "_", column) == name)


def scores_of(path, frame, features, inputs, output):
    session = onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])
    declared = session.get_inputs()
    output = output or session.get_outputs()[0].name
    one = len(declared) == 1 and features is not None
    feeds = {}
    for own in declared:
        feeds[own.name] = fed(own, frame, features if one else [inputs.get(own.name) or column_for(own.name, frame)])
    rows = declared[0].shape[0] if isinstance(declared[0].shape[0], int) else len(frame)
    parts = []
    for at in range(0, len(frame), rows):
        part = {name: values[at:at + rows] for name, values in feeds.items()}
        missing = rows - len(next(iter(part.values())))
        part = {name: np.concatenate([values, values[-1:].repeat(missing, axis=0)]) for name, values in part.items()}
        found = session.run([output], part)[0]
        if isinstance(found, list):
            found = np.array([list(row.values()) for row in found])
        parts.append(np.asarray(found, dtype=float).reshape(rows, -1)[: rows - missing])
    return np.concatenate(parts)


def keep(name, model, data, label, task, output, classes=None, features=None, inputs=None, declare=False, rows=None, logits=False):
    path = folder / f"{len(cases):03}.onnx"
    path.write_bytes(model.SerializeToString())
    file, frame = datasets[data]
    scores = scores_of(path, frame, features, inputs or {}, output)
    if logits:
        scores = 1 / (1 + np.exp(-scores)) if scores.shape[1] == 1 else np.exp(scores) / np.exp(scores).sum(axis=1, keepdims=True)
    case = {"name": name, "model": path.name, "data": file, "label": label, "task": task, "features": features, "inputs": inputs}
    case |= {"classes": None if classes is None or not declare else [str(one) for one in classes], "output": output if declare == "output" else None}
    one = scores[:, -1] if task != "multiclass-classification" else scores
    # Sums of float32 end a little above 1, which no metric takes.
    judged = one if task == "regression" else np.clip(one, 0, 1)
    case |= {"width": scores.shape[1] if one is scores else 1, "scores": one.ravel().tolist()}
    cases.append(case | {"metrics": measured(frame[label], judged, task, classes)})


def measured(actual, scores, task, classes):
    if task == "regression":
        return {"rmse": metrics.root_mean_squared_error(actual, scores)}
    codes = np.array([[str(one) for one in classes].index(str(value)) for value in actual])
    if task == "binary-classification":
        clipped = scores if scores.min() > 0 and scores.max() < 1 else None
        found = {"accuracy": metrics.accuracy_score(codes, scores >= 0.5), "roc_auc": metrics.roc_auc_score(codes, scores)}
        return found if clipped is None else {**found, "log_loss": metrics.log_loss(codes, scores)}
    return {"accuracy": metrics.accuracy_score(codes, scores.argmax(axis=1))}


def refuse(name, model, data, label, task, says, features=None, classes=None):
    path = folder / f"{len(cases):03}.onnx"
    path.write_bytes(model if isinstance(model, bytes) else model.SerializeToString())
    case = {"name": name, "model": path.name, "data": datasets[data][0], "label": label, "task": task, "features": features}
    cases.append(case | {"classes": classes, "refused": says, "scores": [], "metrics": {"rmse" if task == "regression" else "accuracy": 0}, "width": 1})


def by_column(frame, numbers, texts):
    return [(name, types.FloatTensorType([None, 1])) for name in numbers] + [(name, types.StringTensorType([None, 1])) for name in texts]


def mixed(estimator, numbers, texts, fill=True):
    """Imputer and scaler for numbers, one-hot for texts."""
    numeric = make_pipeline(SimpleImputer(), preprocessing.StandardScaler()) if fill else preprocessing.StandardScaler()
    encoded = preprocessing.OneHotEncoder(handle_unknown="ignore", sparse_output=False)
    return make_pipeline(ColumnTransformer([("n", numeric, numbers), ("t", encoded, texts)]), estimator)


def converted(model, columns, zipmap=True, **options):
    is_classifier = hasattr(model, "predict_proba")
    given = {id(model): {"zipmap": zipmap, **options}} if is_classifier else None
    return convert_sklearn(model, initial_types=columns, target_opset=OPSET, options=given)


titanic = dataset("titanic", with_label(r("COUNT/titanic"), "survived").iloc[:, 1:].assign(survived=lambda f: (f.survived == "yes").astype(int)), "csv")
salaries = dataset("salaries", r("car/Salaries").iloc[:, 1:].rename(columns={"rank": "rang"}))
mpg = dataset("mpg", r("ggplot2/mpg").iloc[:, 1:], "csv")
iris = dataset("iris", sk("iris").assign(kind=lambda f: f.target.map({0: "setosa", 1: "versicolor", 2: "virginica"})))
digits = dataset("digits", sk("digits", 300))
housing = dataset("housing", r("MASS/Boston", 506).iloc[:, 1:])
lung = dataset("lung", r("survival/lung").iloc[:, 1:].drop(columns=["inst"]), "csv")
biopsy = dataset("biopsy", r("MASS/biopsy").iloc[:, 1:].drop(columns=["ID"]), "csv")

# --- Binary: numbers with holes and texts, one input a column.
CLASSIFIERS = {
    "logistic": linear_model.LogisticRegression(max_iter=1000), "forest": ensemble.RandomForestClassifier(20, max_depth=4, random_state=0),
    "boosted trees": ensemble.GradientBoostingClassifier(n_estimators=20, random_state=0), "one tree": tree.DecisionTreeClassifier(max_depth=4, random_state=0),
    "neural network": neural_network.MLPClassifier((6,), max_iter=100, random_state=0), "naive Bayes": naive_bayes.GaussianNB(),
    "neighbours": neighbors.KNeighborsClassifier(7), "calibrated": CalibratedClassifierCV(linear_model.LogisticRegression(max_iter=1000)),
    "AdaBoost": ensemble.AdaBoostClassifier(n_estimators=10, random_state=0), "support vectors": CalibratedClassifierCV(svm.LinearSVC()),
    "histogram trees": ensemble.HistGradientBoostingClassifier(max_iter=15, random_state=0), "extra trees": ensemble.ExtraTreesClassifier(15, max_depth=4, random_state=0),
}
for at, (called, estimator) in enumerate(CLASSIFIERS.items()):
    numbers, texts = ["yrs.since.phd", "yrs.service", "salary"], ["rang", "discipline"]
    model = mixed(estimator, numbers, texts).fit(salaries[numbers + texts], (salaries.sex == "Male").astype(int))
    target = "male"
    datasets["salaries"][1][target] = (salaries.sex == "Male").astype(int)
    zipmap = at % 2 == 0
    output = "output_probability" if zipmap else "probabilities"
    keep(f"{called}, {'with' if zipmap else 'without'} ZipMap", converted(model, by_column(salaries, numbers, texts), zipmap), "salaries", target, "binary-classification", output, [0, 1])
datasets["salaries"][1].to_parquet(folder / "salaries.parquet")

TEXTS = ["class", "age", "sex"]
model = mixed(linear_model.LogisticRegression(), [], TEXTS).fit(titanic[TEXTS], titanic.survived)
keep("texts of CSV", converted(model, by_column(titanic, [], TEXTS), False), "titanic", "survived", "binary-classification", "probabilities", [0, 1])
keep("a ZipMap that tidegate.yaml names", converted(model, by_column(titanic, [], TEXTS), True), "titanic", "survived", "binary-classification", "output_probability", [0, 1], declare="output")
LUNG = ["age", "ph.ecog", "ph.karno", "pat.karno", "meal.cal", "wt.loss"]
model = make_pipeline(SimpleImputer(), ensemble.RandomForestClassifier(10, random_state=0)).fit(lung[LUNG], lung.status)
for zipmap in [True, False]:
    keep(f"labels 1 and 2, holes, {zipmap}", converted(model, [("X", types.FloatTensorType([None, 6]))], zipmap), "lung", "status", "binary-classification", "output_probability" if zipmap else "probabilities", [1, 2], LUNG, declare=True)
CELLS = [f"V{n}" for n in range(1, 10)]
model = make_pipeline(SimpleImputer(), linear_model.LogisticRegression()).fit(biopsy[CELLS], biopsy["class"])
keep("labels of text", converted(model, [("float_input", types.FloatTensorType([None, 9]))]), "biopsy", "class", "binary-classification", "output_probability", ["benign", "malignant"], CELLS, declare=True)

# --- Several classes.
PETALS = ["sepal length (cm)", "sepal width (cm)", "petal length (cm)", "petal width (cm)"]
for target, classes in [("target", [0, 1, 2]), ("kind", ["setosa", "versicolor", "virginica"])]:
    for called in ["logistic", "forest", "neighbours", "histogram trees", "naive Bayes"]:
        model = CLASSIFIERS[called].fit(iris[PETALS].to_numpy(), iris[target])
        zipmap = called != "forest"
        keep(f"{called}, classes of {target}", converted(model, [("X", types.FloatTensorType([None, 4]))], zipmap), "iris", target, "multiclass-classification", "output_probability" if zipmap else "probabilities", classes, PETALS)
renamed = [(name.replace(" ", "_").replace("(", "_").replace(")", "_"), types.FloatTensorType([None, 1])) for name in PETALS]
model = make_pipeline(ColumnTransformer([("n", "passthrough", PETALS)]), linear_model.LogisticRegression(max_iter=1000)).fit(iris[PETALS], iris.kind)
exported = convert_sklearn(model, initial_types=[(name, types.FloatTensorType([None, 1])) for name in PETALS], target_opset=OPSET, options={"zipmap": False})
names = {own.name: PETALS[at] for at, own in enumerate(exported.graph.input)}
keep("inputs as the exporter names them", exported, "iris", "kind", "multiclass-classification", "probabilities", ["setosa", "versicolor", "virginica"], inputs=names)
PIXELS = [f"pixel_{n // 8}_{n % 8}" for n in range(64)]
model = ensemble.RandomForestClassifier(15, max_depth=6, random_state=0).fit(digits[PIXELS].to_numpy(), digits.target)
keep("ten classes", converted(model, [("X", types.FloatTensorType([None, 64]))]), "digits", "target", "multiclass-classification", "output_probability", list(range(10)), PIXELS)
keep("labels from 4 to 8", converted(linear_model.LogisticRegression(max_iter=2000).fit(mpg[["displ", "hwy", "cty"]].to_numpy(), mpg.cyl), [("X", types.FloatTensorType([None, 3]))]), "mpg", "cyl", "multiclass-classification", "output_probability", [4, 5, 6, 8], ["displ", "hwy", "cty"])
model = mixed(linear_model.LogisticRegression(max_iter=2000), ["displ"], ["trans", "fl", "year"]).fit(mpg[["displ"]].join(mpg[["trans", "fl", "year"]].astype(str)), mpg.drv)
keep("digits as texts", converted(model, by_column(mpg, ["displ"], ["trans", "fl", "year"])), "mpg", "drv", "multiclass-classification", "output_probability", ["4", "f", "r"])
shuffled = linear_model.LogisticRegression(max_iter=2000).fit(mpg[["displ", "hwy"]].to_numpy(), mpg.year.astype(str))
keep("classes of text that are numbers in the table", converted(shuffled, [("X", types.FloatTensorType([None, 2]))]), "mpg", "year", "binary-classification", "output_probability", ["1999", "2008"], ["displ", "hwy"], declare=True)

# --- Numbers.
ROOMS = ["rm", "lstat", "ptratio", "nox"]
REGRESSORS = {
    "linear": linear_model.LinearRegression(), "ridge": linear_model.Ridge(), "forest": ensemble.RandomForestRegressor(10, max_depth=5, random_state=0),
    "boosted": ensemble.GradientBoostingRegressor(n_estimators=20, random_state=0), "support vectors": svm.SVR(), "neighbours": neighbors.KNeighborsRegressor(5),
    "neural network": neural_network.MLPRegressor(hidden_layer_sizes=(8,), max_iter=300, random_state=0), "histogram trees": ensemble.HistGradientBoostingRegressor(max_iter=15, random_state=0),
}
for called, estimator in REGRESSORS.items():
    model = make_pipeline(preprocessing.StandardScaler(), estimator).fit(housing[ROOMS].to_numpy(), housing.medv)
    keep(f"{called}, numbers", converted(model, [("X", types.FloatTensorType([None, 4]))]), "housing", "medv", "regression", None, features=ROOMS)
for kind, declared in {"float64": types.DoubleTensorType, "int64": types.Int64TensorType}.items():
    columns = ROOMS if kind == "float64" else ["rad", "tax", "chas"]
    model = linear_model.LinearRegression().fit(housing[columns].to_numpy(), housing.medv)
    keep(f"{kind} inputs", converted(model, [("X", declared([None, len(columns)]))]), "housing", "medv", "regression", None, features=columns)

# --- LightGBM.
def lgbm(make, target, **options):
    model = make(n_estimators=15, verbose=-1, min_child_samples=5).fit(housing[ROOMS], target)
    return onnxmltools.convert_lightgbm(model, initial_types=[("input", ToolsFloat([None, 4]))], target_opset=15, **options)


housing["dear"] = (housing.medv > 21).astype(int)
housing["band"] = np.digitize(housing.medv, [17, 25]) + 1
housing.to_parquet(folder / "housing.parquet")
for zipmap in [True, False]:
    keep(f"LightGBM, {zipmap}", lgbm(lightgbm.LGBMClassifier, housing.dear, zipmap=zipmap), "housing", "dear", "binary-classification", "probabilities", [0, 1], ROOMS)
keep("LightGBM, classes from 1", lgbm(lightgbm.LGBMClassifier, housing.band), "housing", "band", "multiclass-classification", "probabilities", [1, 2, 3], ROOMS)
keep("LightGBM, numbers", lgbm(lightgbm.LGBMRegressor, housing.medv), "housing", "medv", "regression", None, features=ROOMS)

# --- Graphs by hand: types, shapes and outputs.
WEIGHTS = np.array([0.9, -0.2, -0.4, 0.5])


def graph(dtype=TensorProto.FLOAT, shape=(None, 4), outputs=("probability",), width=1, of=TensorProto.FLOAT, flat=False):
    """Cast, a linear layer of so many columns, and the outputs of it that are asked for."""
    rows = shape[0]
    weights = np.stack([WEIGHTS * (1 + at) * 0.3 for at in range(width)], axis=1).astype("float32")
    nodes = [helper.make_node("Cast", ["x"], ["f"], to=TensorProto.FLOAT), helper.make_node("MatMul", ["f", "w"], ["raw"])]
    made = []
    for name in outputs:
        source = {"probability": "p", "logits": "raw", "embedding": "f", "scores": "p"}.get(name, "raw")
        if source == "p" and not any("p" in node.output for node in nodes):
            nodes.append(helper.make_node("Sigmoid" if width == 1 else "Softmax", ["raw"], ["p"]))
        nodes.append(helper.make_node("Cast", [source], [name if not flat else f"{name}_"], to=of))
        if flat:
            nodes.append(helper.make_node("Squeeze", [f"{name}_", "axis"], [name]))
        size = 4 if source == "f" else width
        made.append(helper.make_tensor_value_info(name, of, [rows] if flat else [rows, size]))
    initial = [helper.make_tensor("w", TensorProto.FLOAT, weights.shape, weights.ravel())]
    if flat:
        initial.append(helper.make_tensor("axis", TensorProto.INT64, [1], [1]))
    built = helper.make_graph(nodes, "g", [helper.make_tensor_value_info("x", dtype, list(shape))], made, initial)
    return helper.make_model(built, opset_imports=[helper.make_opsetid("", 17)], ir_version=9)


FLOWERS = PETALS
iris["is_setosa"] = (iris.target == 0).astype(int)
iris["n"] = range(len(iris))
iris["flag"] = iris.target > 0
iris.to_parquet(folder / "iris.parquet")
for called, options in {
    "float32": {}, "float64": {"dtype": TensorProto.DOUBLE}, "float64 out": {"of": TensorProto.DOUBLE}, "one row at a time": {"shape": (1, 4)},
    "seven rows at a time": {"shape": (7, 4)}, "a free width": {"shape": (None, None)}, "a vector out": {"flat": True}, "two columns": {"width": 2},
    "several outputs": {"outputs": ("embedding", "probability")}, "logits": {"outputs": ("logits",)}, "two logits": {"outputs": ("logits",), "width": 2},
}.items():
    output = options.get("outputs", ("probability",))[-1]
    keep(f"a graph of {called}", graph(**options), "iris", "is_setosa", "binary-classification", output, [0, 1], FLOWERS, logits=output == "logits")
keep("an output that is named in tidegate.yaml", graph(outputs=("scores", "other", "probability")), "iris", "is_setosa", "binary-classification", "scores", [0, 1], FLOWERS, declare="output")
keep("three logits", graph(outputs=("logits",), width=3), "iris", "target", "multiclass-classification", "logits", [0, 1, 2], FLOWERS, logits=True)
for kind in ["INT64", "INT32", "BOOL"]:
    columns = ["flag"] * 1 if kind == "BOOL" else ["target", "n", "is_setosa", "target"]
    if kind != "BOOL":
        keep(f"a graph of {kind}", graph(dtype=getattr(TensorProto, kind)), "iris", "is_setosa", "binary-classification", "probability", [0, 1], columns)
for kind in ["FLOAT16", "UINT8", "INT8", "INT16", "UINT32", "UINT64"]:
    refuse(f"a graph of {kind}", graph(dtype=getattr(TensorProto, kind)), "iris", "is_setosa", "binary-classification", "takes (float16|uint|int)|holds", ["target", "n", "is_setosa", "target"])
refuse("float16 out", graph(of=TensorProto.FLOAT16), "iris", "is_setosa", "binary-classification", "no output of numbers", FLOWERS)
refuse("fractions in whole numbers", graph(dtype=TensorProto.INT64), "iris", "is_setosa", "binary-classification", "cannot represent", FLOWERS)
refuse("another number of features", graph(), "iris", "is_setosa", "binary-classification", "takes 4 features", FLOWERS[:3])
refuse("several outputs without a name", graph(outputs=("a", "b")), "iris", "is_setosa", "binary-classification", "several outputs", FLOWERS)
refuse("a score beyond 1", graph(outputs=("out",)), "iris", "is_setosa", "binary-classification", "not a probability", FLOWERS)
refuse("one column a class", converted(linear_model.LogisticRegression(max_iter=1000).fit(iris[PETALS].to_numpy(), iris.target), [("X", types.FloatTensorType([None, 4]))], "columns"), "iris", "target", "multiclass-classification", "several outputs|Give the probability", PETALS)
# --- What would be a wrong number if it were read.
def layer(name, tail, output, width=2, shape=(None, None), label="is_setosa", task="binary-classification", says=None, **options):
    """A linear layer over the flowers, and nodes after it."""
    weights = np.stack([WEIGHTS * (1 + at) * 0.3 for at in range(width)], axis=1).astype("float32")
    nodes = [helper.make_node("MatMul", ["x", "w"], ["raw"]), *tail]
    initial = [helper.make_tensor("w", TensorProto.FLOAT, weights.shape, weights.ravel())]
    outputs = [one if not isinstance(one, str) else helper.make_tensor_value_info(one, TensorProto.FLOAT, list(shape)) for one in output]
    built = helper.make_graph(nodes, "g", [helper.make_tensor_value_info("x", TensorProto.FLOAT, [None, 4])], outputs, initial)
    model = helper.make_model(built, opset_imports=[helper.make_opsetid("", 17), helper.make_opsetid("ai.onnx.ml", 3)], ir_version=9)
    if says is not None:
        refuse(name, model, "iris", label, task, says, FLOWERS, options.get("classes"))
    else:
        keep(name, model, "iris", label, task, options.pop("scored", output[-1]), features=FLOWERS, **options)


def maps(name, labels):
    """An output of one map a row."""
    found = helper.make_tensor_sequence_value_info(name, TensorProto.FLOAT, None)
    found.type.sequence_type.elem_type.map_type.key_type = TensorProto.STRING if isinstance(labels[0], str) else TensorProto.INT64
    found.type.sequence_type.elem_type.map_type.value_type.tensor_type.elem_type = TensorProto.FLOAT
    return found


def zip_map(given, name, labels):
    kind = "classlabels_strings" if isinstance(labels[0], str) else "classlabels_int64s"
    return helper.make_node("ZipMap", [given], [name], domain="ai.onnx.ml", **{kind: labels})


iris["width"] = iris["petal width (cm)"]
iris.to_parquet(folder / "iris.parquet")
softmax = helper.make_node("Softmax", ["raw"], ["p"], axis=1)
layer("numbers that are named logits", [helper.make_node("Identity", ["raw"], ["logits"])], ["logits"], 1, label="width", task="regression")
layer("two numbers of a regression", [helper.make_node("Identity", ["raw"], ["y"])], ["y"], label="width", task="regression", says="has 300 numbers for 150 rows")
layer("probabilities from logits", [helper.make_node("Identity", ["p"], ["probs_from_logits"]), softmax][::-1], ["probs_from_logits"], classes=[0, 1])
layer("probabilities that are named logits", [softmax, helper.make_node("Identity", ["p"], ["logits"])], ["logits"], says="a name for log odds")
layer("two numbers that are no two classes", [helper.make_node("Sigmoid", ["raw"], ["p"])], ["p"], says="do not sum to 1")
for width, label, task in [(2, "is_setosa", "binary-classification"), (3, "target", "multiclass-classification")]:
    turned = [softmax, helper.make_node("Transpose", ["p"], ["probabilities"], perm=[1, 0])]
    layer(f"{width} classes, one row a class", turned, ["probabilities"], width, label=label, task=task, says=f"has the shape .{width}, 150")
both = [softmax, zip_map("raw", "decision", [0, 1]), zip_map("p", "output_probability", [0, 1])]
layer("maps of two outputs", both, [maps("decision", [0, 1]), maps("output_probability", [0, 1])], scored="output_probability", classes=[0, 1])
for labels, says in [(["benign", "malignant"], "not declared"), (["True", "False"], "are of True, False")]:
    layer(f"classes {', '.join(labels)} for 0 and 1", [softmax, zip_map("p", "m", labels)], [maps("m", labels)], says=says)
layer("classes that are declared as 0 and 1", [softmax, zip_map("p", "m", ["benign", "malignant"])], [maps("m", ["benign", "malignant"])], scored="m", classes=[0, 1], declare=True)
layer("words for 0 and 1", [softmax, zip_map("p", "m", ["no", "yes"])], [maps("m", ["no", "yes"])], scored="m", classes=[0, 1])
refuse("half of a model", graph().SerializeToString()[:150], "iris", "is_setosa", "binary-classification", "not an ONNX model", FLOWERS)

(folder / "expected.json").write_text(json.dumps(cases, allow_nan=False))
print(len(cases))
