"""Says what PyYAML (YAML 1.1, as most of Kubernetes' tools) reads at a place of YAML texts.

stdin: JSON list of {text, kind, path}; stdout: JSON list of the value of the last document of that kind at the path, with
null where there is none or the text cannot be read. Merge keys are applied as PyYAML applies them.
"""

import json
import sys

import yaml


def read(case):
    try:
        documents = [one for one in yaml.safe_load_all(case["text"]) if isinstance(one, dict)]
        place = [one for one in documents if one.get("kind") == case["kind"]][-1]
        for key in case["path"]:
            place = place[key]
        return place if isinstance(place, str) else f"not a text: {place!r}"
    except Exception:
        return None


json.dump([read(case) for case in json.load(sys.stdin)], sys.stdout)
