"""Runs the Python blocks of docs/guide/from-a-pickle-to-onnx.md and prints what each does.

Reads a JSON list of blocks from blocks.json in the current folder. The first three are the example, the comparison and the imports: every
other block runs after them. Prints a JSON list: {"difference": number}, {"dictionaries": true} or {"error": text}.
"""

import json
import os
import sys
import warnings

import numpy as np
import pandas as pd

warnings.filterwarnings("ignore")


def write_table(path: str) -> None:
    """Writes 400 rows with missing texts, accents, words of one letter, and times in seconds."""
    random = np.random.default_rng(1)
    count = 400
    words = ["Rappel", "été", "a", "b", "bill", "Late", "refund", "refund-late"]
    table = pd.DataFrame(
        {
            "age": random.normal(40, 10, count).round(1),
            "visits": random.integers(0, 20, count),
            "plan": random.choice(["free", "pro", "team"], count),
            "note": [" ".join(random.choice(words, 6)) for _ in range(count)],
            "opened": 1_700_000_000 + random.integers(0, 86_400, count),
        }
    )
    noise = random.normal(size=count)
    score = table["age"] / 20 + (table["plan"] == "pro") + table["note"].str.contains("refund") + noise
    table["churned"] = (score > score.median()).astype(int)
    table["late"] = (table["opened"] > 1_700_000_000 + 43_200).astype(int)
    table.loc[::7, "plan"] = None
    os.makedirs(os.path.dirname(path), exist_ok=True)
    table.to_csv(path, index=False)


def outcome(block: str, shared: dict) -> dict:
    names = dict(shared)
    try:
        exec(block, names)  # noqa: S102
        # A list of dictionaries, where others have a tensor.
        if names["onnx_model"].graph.output[-1].type.WhichOneof("value") == "sequence_type":
            return {"dictionaries": True}
        return {"difference": float(names["largest_difference"](names["model"], names["onnx_model"], names["rows"]))}
    except Exception as error:  # noqa: BLE001
        return {"error": f"{type(error).__name__}: {error}"}


def main() -> None:
    with open("blocks.json", encoding="utf-8") as file:
        blocks = json.load(file)
    write_table("data/train.csv")
    shared: dict = {"__name__": "blocks"}
    for block in blocks[:3]:
        exec(block, shared)  # noqa: S102
    json.dump([outcome(block, shared) for block in ["pass", *blocks[3:]]], sys.stdout)


main()
