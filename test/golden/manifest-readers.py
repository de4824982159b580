"""Reads pairs of YAML texts and says where the second differs from the first by anything but one value.

stdin: JSON list of {before, after, path, value}; stdout: JSON list of complaints. Readers: PyYAML (YAML 1.1, as most
of Kubernetes' Python tools) and ruamel.yaml (YAML 1.2).
"""

import io
import json
import sys

import ruamel.yaml
import yaml


def read_11(text):
    return list(yaml.load_all(text, Loader=yaml.SafeLoader))


def read_12(text):
    return list(ruamel.yaml.YAML(typ="safe", pure=True).load_all(io.StringIO(text)))


def put(documents, path, value):
    place = documents[0]
    for key in path[:-1]:
        place = place[key]
    place[path[-1]] = value
    return documents


complaints = []
for index, case in enumerate(json.load(sys.stdin)):
    for name, read in (("PyYAML", read_11), ("ruamel.yaml", read_12)):
        try:
            wanted = put(read(case["before"]), case["path"], case["value"])
        except Exception:
            continue  # this reader does not read the original either
        try:
            found = read(case["after"])
        except Exception as error:
            complaints.append(f"{index}: {name} cannot read the result: {error}")
            continue
        if repr(found) != repr(wanted):
            complaints.append(f"{index}: {name} reads {found!r} instead of {wanted!r}")
json.dump(complaints, sys.stdout)
