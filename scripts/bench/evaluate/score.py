"""Scores a table in memory, in batches: python score.py <folder> <threads> <batch> -> seconds and a sum as JSON"""

import json
import sys
import time

import numpy as np
import onnxruntime
import pyarrow.parquet as pq

folder, threads, batch = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
names = [f"f{i}" for i in range(7)]
table = pq.read_table(f"{folder}/data.parquet", columns=names)
columns = [table[name].to_numpy() for name in names]
options = onnxruntime.SessionOptions()
options.intra_op_num_threads = threads
session = onnxruntime.InferenceSession(f"{folder}/candidate.onnx", options, providers=["CPUExecutionProvider"])


def score(size, until):
    total = 0.0
    for at in range(0, until, size):
        features = np.column_stack([column[at : min(at + size, until)] for column in columns]).astype(np.float32, copy=False)
        (found,) = session.run(["probabilities"], {"features": features})
        total += float(found[:, 1].sum(dtype=np.float64))
    return total


score(1000, 10_000)
used, start = time.process_time(), time.perf_counter()
total = score(batch, len(columns[0]))
seconds, cpu = time.perf_counter() - start, time.process_time() - used
print(json.dumps({"seconds": seconds, "cpu": cpu, "sum": total, "version": onnxruntime.__version__}))
