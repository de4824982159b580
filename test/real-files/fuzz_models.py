"""Random ONNX graphs with the scores of Python's ONNX Runtime: fuzz_models.py <folder> <seed> <count>"""

import json
import sys
from pathlib import Path

import numpy as np
import onnxruntime
import pandas as pd
from onnx import TensorProto, helper

folder, seed, count = Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
TYPES = {"float32": TensorProto.FLOAT, "float64": TensorProto.DOUBLE, "int64": TensorProto.INT64, "int32": TensorProto.INT32, "bool": TensorProto.BOOL}
COLUMNS = {
    "r": lambda random, n: random.normal(size=n).round(3),
    "i": lambda random, n: random.integers(-9, 9, n),
    "b": lambda random, n: random.random(n) < 0.5,
    "t": lambda random, n: random.choice(["a", "b c", "ü", "東京", ""], n),
}
FILLS = {"float32": "rib", "float64": "rib", "int64": "ib", "int32": "ib", "bool": "b", "string": "t"}


def tensor(name, kind, shape):
    return helper.make_tensor_value_info(name, TensorProto.STRING if kind == "string" else TYPES[kind], shape)


class Graph:
    """Inputs of random types, a linear layer over all of them, and random outputs."""

    def __init__(self, random, frame):
        self.random, self.frame = random, frame
        self.nodes, self.inputs, self.initial, self.feeds, self.features = [], [], [], {}, None
        self.rows = int(random.integers(1, 9)) if random.random() < 0.2 else None

    def one_tensor(self):
        kind = str(self.random.choice(["float32", "float64", "int64", "int32", "bool"]))
        able = [name for name in self.frame if name[0] in FILLS[kind]]
        self.features = [str(one) for one in self.random.choice(able, int(self.random.integers(2, 6)))]
        width = len(self.features) if self.random.random() < 0.8 else None
        self.inputs.append(tensor("input", kind, [self.rows, width]))
        self.feeds["input"] = self.frame[self.features].to_numpy(dtype=kind)
        self.nodes.append(helper.make_node("Cast", ["input"], ["all"], to=TensorProto.FLOAT))
        return len(self.features)

    def one_input_a_column(self):
        names = [str(one) for one in self.random.permutation(list(self.frame))[: int(self.random.integers(2, 6))]]
        for name in names:
            kind = str(self.random.choice([kind for kind, able in FILLS.items() if name[0] in able]))
            own = name if self.random.random() < 0.7 else name.replace(" ", "_").replace(".", "_")
            flat = self.rows is None and self.random.random() < 0.2
            self.inputs.append(tensor(own, kind, [None] if flat else [self.rows, 1]))
            values = self.frame[name].to_numpy(dtype=object if kind == "string" else kind)
            self.feeds[own] = values if flat else values.reshape(-1, 1)
            if kind == "string":
                self.nodes.append(helper.make_node("LabelEncoder", [own], [f"{own}!"], domain="ai.onnx.ml", keys_strings=["a", "b c", "ü", "東京", ""], values_floats=[0.1, 0.2, 0.3, 0.4, 0.5], default_float=9.0))
            else:
                self.nodes.append(helper.make_node("Cast", [own], [f"{own}!"], to=TensorProto.FLOAT))
            if flat:
                self.nodes.append(helper.make_node("Unsqueeze", [f"{own}!", "axis"], [f"{own}!!"]))
        joined = [node.output[0] for node in self.nodes if node.op_type in ("Unsqueeze",)]
        flat_from = {node.input[0] for node in self.nodes if node.op_type == "Unsqueeze"}
        joined += [node.output[0] for node in self.nodes if node.op_type != "Unsqueeze" and node.output[0] not in flat_from]
        self.nodes.append(helper.make_node("Concat", joined, ["all"], axis=1))
        return len(joined)

    def finish(self, width, classes):
        weights = self.random.normal(size=(width, classes)).astype("float32") * 0.3
        self.initial += [helper.make_tensor("w", TensorProto.FLOAT, weights.shape, weights.ravel()), helper.make_tensor("axis", TensorProto.INT64, [1], [1])]
        self.nodes.append(helper.make_node("MatMul", ["all", "w"], ["raw"]))
        self.nodes.append(helper.make_node("Sigmoid" if classes == 1 else "Softmax", ["raw"], ["p"]))
        output = str(self.random.choice(["probabilities", "scores", "output_probability", "prob_1"]))
        kind = "float64" if self.random.random() < 0.2 else "float32"
        self.nodes.append(helper.make_node("Cast", ["p"], [output if not self.zipped(classes) else "cast"], to=TYPES[kind] if not self.zipped(classes) else TensorProto.FLOAT))
        outputs = [tensor(output, kind, [self.rows, classes])]
        if self.zipped(classes):
            names = [f"c{n}" for n in range(classes)]
            self.nodes.append(helper.make_node("ZipMap", ["cast"], [output], domain="ai.onnx.ml", classlabels_strings=names))
            outputs = [helper.make_tensor_sequence_value_info(output, TensorProto.FLOAT, None)]
            outputs[0].type.sequence_type.elem_type.map_type.key_type = TensorProto.STRING
            outputs[0].type.sequence_type.elem_type.map_type.value_type.tensor_type.elem_type = TensorProto.FLOAT
        if self.random.random() < 0.4:
            self.nodes.append(helper.make_node("Identity", ["all"], ["embedding"]))
            outputs.insert(int(self.random.integers(0, 2)), tensor("embedding", "float32", [self.rows, width]))
        if self.random.random() < 0.3 and classes > 1:
            self.nodes.append(helper.make_node("ArgMax", ["p"], ["decided"], axis=1, keepdims=0))
            outputs.insert(0, tensor("decided", "int64", [self.rows]))
        built = helper.make_graph(self.nodes, "g", self.inputs, outputs, self.initial)
        opsets = [helper.make_opsetid("", 17), helper.make_opsetid("ai.onnx.ml", 3)]
        return helper.make_model(built, opset_imports=opsets, ir_version=9), output

    def zipped(self, classes):
        if not hasattr(self, "_zipped"):
            self._zipped = classes > 1 and self.random.random() < 0.4
        return self._zipped


def scores_of(path, graph, output, total):
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 3
    session = onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
    size, parts = graph.rows or total, []
    for at in range(0, total, size):
        part = {name: values[at:at + size] for name, values in graph.feeds.items()}
        missing = size - len(next(iter(part.values())))
        part = {name: np.concatenate([values, values[-1:].repeat(missing, axis=0)]) for name, values in part.items()}
        found = session.run([output], part)[0]
        found = np.array([list(row.values()) for row in found]) if isinstance(found, list) else found
        parts.append(np.asarray(found, dtype=float).reshape(size, -1)[: size - missing])
    return np.concatenate(parts)


cases = []
for number in range(count):
    random = np.random.default_rng([seed, number])
    rows = int(random.integers(1, 60))
    names = [f"{kind}{sign}{at}" for at, (kind, sign) in enumerate(zip(random.choice(list("rribt"), 7), random.choice(["", " ", ".", "_"], 7)))]
    names += ["r x", "i.y", "b_z"]
    frame = pd.DataFrame({name: COLUMNS[name[0]](random, rows) for name in names})
    frame.to_parquet(folder / f"{number}.parquet")
    graph = Graph(random, frame)
    classes = int(random.choice([1, 1, 2, 3, 5]))
    width = graph.one_tensor() if random.random() < 0.4 else graph.one_input_a_column()
    model, output = graph.finish(width, classes)
    path = folder / f"{number}.onnx"
    path.write_bytes(model.SerializeToString())
    scores = scores_of(path, graph, output, rows)
    task = "multiclass-classification" if classes > 2 else "binary-classification"
    one = scores if classes > 2 else scores[:, -1]
    inputs = [[own.name, str(own.type.tensor_type.elem_type)] for own in graph.inputs]
    cases.append({"name": f"graph {number}", "model": path.name, "data": f"{number}.parquet", "label": "r x", "task": task, "features": graph.features, "classes": None, "width": classes if classes > 2 else 1, "scores": one.ravel().tolist(), "metrics": {}, "shown": f"inputs {inputs}, {classes} columns, {rows} rows, {graph.rows} at once"})
(folder / "expected.json").write_text(json.dumps(cases, allow_nan=False))
