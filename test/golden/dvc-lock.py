"""Writes dvc-lock.json: values, and the text that DVC's YAML library makes of them (ruamel.yaml, as dvc 3.67.1 uses it).

Run in an environment with dvc 3.67.1: python dvc-lock.py > dvc-lock.json
"""

import io
import json
import random
import sys

from ruamel.yaml import YAML

WORDS = ["python", "train.py", "--lr", "0.1", "a" * 30, "x: y", "#c", "it's", '"q"', "\u00e9", "\U0001f600", "\\", "&&",
         "-", "", "  ", "\n", "b" * 85, "true", "1", "2020-01-01", "~", "a:", "\t", ":", "{", "null", "1e3", "12e45",
         "=", "<<", "k,l"]


def dump(value):
    yaml = YAML()
    yaml.default_flow_style = False
    stream = io.StringIO()
    yaml.dump(value, stream)
    return stream.getvalue()


def encode(value):
    if isinstance(value, dict):
        return {"map": [[key, encode(entry)] for key, entry in value.items()]}
    if isinstance(value, list):
        return {"list": [encode(entry) for entry in value]}
    if isinstance(value, float):
        return {"float": repr(value)}
    return value


random.seed(5)
cases = []
for _ in range(100):
    text = " ".join(random.choice(WORDS) for _ in range(random.choice([1, 1, 2, 3, 8, 20, 40])))
    if random.random() < 0.2:
        text = text.replace(" ", "\n", random.randint(0, 3))
    params = {"k": [text, [1, [2.5, None]], {"a": text}], "n": {}, "l": [], "f": 3e-7, "i": float("inf"), "z": None,
              "b": True, random.choice(WORDS).strip() or "kk": 1}
    stages = {"train": {"cmd": text, "deps": [{"path": random.choice(WORDS) or "p", "hash": "md5", "md5": "1" * 32,
                                               "size": 3}], "params": {"params.yaml": params}}}
    cases.append({"stages": encode(stages), "text": dump({"schema": "2.0", "stages": stages})})
json.dump(cases, sys.stdout, ensure_ascii=True, indent=0)
