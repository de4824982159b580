"""An ONNX model whose weights are larger than a protobuf can be: python large_model.py FOLDER ROWS

A table of one number a row in a sparse file beside the model, all 0 but the last, which is 2; the input is the row."""

import os
import struct
import sys

from onnx import TensorProto, helper

folder, rows = sys.argv[1], int(sys.argv[2])
with open(os.path.join(folder, "table.bin"), "wb") as table:
    table.truncate(4 * rows)
    table.seek(4 * (rows - 1))
    table.write(struct.pack("<f", 2.0))
kept = TensorProto(name="table", data_type=TensorProto.FLOAT, dims=[rows], data_location=TensorProto.EXTERNAL)
for key, text in {"location": "table.bin", "offset": "0", "length": str(4 * rows)}.items():
    kept.external_data.add(key=key, value=text)
look_up = helper.make_node("Gather", ["table", "row"], ["logits"])
value = lambda name, kind: helper.make_tensor_value_info(name, kind, [None, 1])
graph = helper.make_graph(
    [look_up], "large", [value("row", TensorProto.INT64)], [value("logits", TensorProto.FLOAT)], [kept]
)
model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
open(os.path.join(folder, "model.onnx"), "wb").write(model.SerializeToString())
