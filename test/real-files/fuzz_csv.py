"""What pandas reads in each CSV file of a folder: fuzz_csv.py <folder>; files.json has each file's delimiter and encoding."""

import csv
import io
import json
import sys
import warnings
from pathlib import Path

import pandas as pd

from table_peer import columns_of, read_csv

warnings.filterwarnings("ignore")
folder = Path(sys.argv[1])
csv.field_size_limit(1 << 30)


def peer(file, delimiter, encoding):
    data = (folder / file).read_bytes()
    try:
        frame = read_csv(lambda: io.BytesIO(data), sep=delimiter, encoding=encoding)
    except (ValueError, UnicodeError) as error:
        return {"file": file, "error": str(error)[:200]}
    if not isinstance(frame.index, pd.RangeIndex):
        # Every row has a field more than the header, which pandas takes for the names of rows.
        return {"file": file, "error": "more fields than names"}
    return {"file": file, "rows": len(frame), "columns": columns_of(frame)}


found = [peer(**given) for given in json.loads((folder / "files.json").read_text())]
(folder / "expected.json").write_text(json.dumps(found, allow_nan=False))
