"""Random small DVC repositories, made and pulled by the real dvc: fuzz_dvc.py <folder> <seed> <count>"""

import json
import random
import sys

from dvc_maker import cases, folder, make

seed, count = int(sys.argv[2]), int(sys.argv[3])
PARTS = ["a", "B", "data", "é", "東", "x y", "it's", "1.0", "null", "-d", "#h", ".h", "n" * 60, "%20", "a&b", "(c)"]

for number in range(count):
    draw = random.Random(seed * 1000 + number)
    tree = {}
    for _ in range(draw.randint(1, 12)):
        depth = draw.randint(1, 3)
        path = "/".join(["tree"] + [draw.choice(PARTS) + ("" if last else "_d") for last in [False] * (depth - 1) + [True]])
        tree[path] = draw.choice([b"", b"x\n", b"x\r\n", bytes(draw.randbytes(draw.randint(1, 5000)))])
    single = draw.choice(PARTS).strip("-#") + ".bin"
    config = draw.choice([None, None, {"cache": {"type": "hardlink,copy"}}, {"cache": {"type": "symlink"}}])
    subdir = draw.choice(["", "", "deep/er", "with space"])
    make(f"repository {number}", {**tree, single: draw.randbytes(50)}, add=["tree", single], config=config, subdir=subdir)

(folder / "expected.json").write_text(json.dumps(cases))
