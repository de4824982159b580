"""One whole file of every kind of some kilobytes: fuzz_cuts.py <folder> <seed>"""

import gzip
import json
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
from skl2onnx import to_onnx
from sklearn.ensemble import RandomForestClassifier

folder, seed = Path(sys.argv[1]), int(sys.argv[2])
random = np.random.default_rng(seed)
rows = 400
frame = pd.DataFrame({"n": random.integers(0, 10**6, rows), "r": random.normal(size=rows), "t": random.choice(["a", "b,c", 'd "e"', "ü"], rows), "b": random.random(rows) < 0.5})
text, lines = frame.to_csv(index=False).encode(), frame.to_json(orient="records", lines=True).encode()
zstd = pa.Codec("zstd")
files = {
    "whole.csv": text, "whole.csv.gz": gzip.compress(text, mtime=0), "whole.csv.zst": zstd.compress(text, asbytes=True),
    "whole.jsonl": lines, "whole.jsonl.gz": gzip.compress(lines, mtime=0), "whole.jsonl.zst": zstd.compress(lines, asbytes=True),
}
for name, data in files.items():
    (folder / name).write_bytes(data)
for codec in ["snappy", "zstd", "none"]:
    frame.to_parquet(folder / f"{codec}.parquet", compression=codec, row_group_size=100)
x = frame[["n", "r"]].to_numpy(dtype="float32")
model = to_onnx(RandomForestClassifier(8, max_depth=5, random_state=0).fit(x, frame.b), x[:1], options={"zipmap": False}, target_opset={"": 17, "ai.onnx.ml": 3})
(folder / "whole.onnx").write_bytes(model.SerializeToString())
listing = [{"md5": f"{n:032x}", "relpath": f"part {n}/é{n}.csv"} for n in range(80)]
(folder / "whole.dir").write_text(json.dumps(listing))
digest = f"{seed:032x}"
(folder / "whole.dvc").write_text(f"outs:\n- md5: {digest}.dir\n  size: 40123\n  nfiles: 80\n  hash: md5\n  path: data\n")
(folder / "expected.json").write_text(json.dumps(sorted(path.name for path in folder.iterdir())))
