"""What DVC leaves of some trees: JSON of [{path: text}] on standard input, JSON of sorted paths of each on standard output."""

import json
import os
import sys
import tempfile

from dvc.fs import localfs
from dvc.ignore import DvcIgnoreFilter


def left_of(files):
    with tempfile.TemporaryDirectory() as folder:
        root = os.path.realpath(folder)
        for path, text in files.items():
            file = os.path.join(root, path)
            os.makedirs(os.path.dirname(file), exist_ok=True)
            with open(file, "w", newline="") as out:
                out.write(text)
        try:
            walk = DvcIgnoreFilter(localfs, root).walk(localfs, root)
            return sorted(os.path.relpath(os.path.join(at, name), root) for at, _, names in walk for name in names)
        except ValueError as error:
            return type(error).__name__


print(json.dumps([left_of(files) for files in json.load(sys.stdin)]))
