"""Real tables, with and without cells that are broken on purpose, and how many values violate a schema by pandas."""

import json
import sys
from pathlib import Path

import numpy as np
import pandas as pd
from real_sources import _archive, r, seeded

MOST_TABLES = 40
ROWS = 600


def declared(column):
    if pd.api.types.is_bool_dtype(column):
        return "boolean"
    if pd.api.types.is_integer_dtype(column):
        return "integer"
    if pd.api.types.is_float_dtype(column):
        return "real"
    return "text"


def schema_of(column):
    """Demands that about a tenth of the values violate."""
    kind = declared(column)
    schema = {"type": kind, "max-missing": "0%", "unique": True}
    there = column.dropna()
    if kind in ("integer", "real"):
        low, high = np.quantile(there, [0.1, 0.9]) if len(there) else (0, 1)
        return {**schema, "min": float(low), "max": float(high)}
    if kind != "text" or len(there) == 0:
        return schema
    texts = there.astype(str)
    values = sorted(texts.unique())[::2][:200]
    lengths = texts.str.len()
    return {
        **schema,
        "values": values,
        "pattern": "[A-Za-z .]+",
        "min-length": int(lengths.quantile(0.1)),
        "max-length": int(lengths.quantile(0.9)),
    }


def counts(column, schema):
    """Violations by check, as pandas counts them; `column` holds texts where one of its cells is broken."""
    there = column.dropna()
    found = {"missing": int(column.isna().sum()), "unique": int(there.duplicated().sum())}
    if schema["type"] in ("integer", "real"):
        numbers = pd.to_numeric(there, errors="coerce")
        found["type"] = int(numbers.isna().sum())
        found["range"] = int(((numbers < schema["min"]) | (numbers > schema["max"])).sum())
    if "pattern" in schema:
        texts = there.astype(str)
        found["values"] = int((~texts.isin(schema["values"])).sum())
        found["pattern"] = int((~texts.str.fullmatch(schema["pattern"])).sum())
        lengths = texts.str.len()
        found["length"] = int(((lengths < schema["min-length"]) | (lengths > schema["max-length"])).sum())
    return {check: count for check, count in found.items() if count > 0}


def break_cells(frame, random):
    """Every tenth cell of every second column of numbers becomes a text that is no number."""
    broken = frame.astype(object).where(frame.notna(), None)
    for name in list(frame.columns)[::2]:
        if declared(frame[name]) in ("integer", "real"):
            at = random.random(len(frame)) < 0.1
            broken.loc[at, name] = "see note"
    return broken


def main(folder):
    names = sorted(name.removesuffix(".csv") for name in _archive())
    picked = seeded("data-schema").permutation(names)
    cases = []
    for name in picked:
        frame = r(str(name), ROWS)
        if len(frame) < 20 or len(cases) >= MOST_TABLES or frame.columns.duplicated().any():
            continue
        schema = {str(column): schema_of(frame[column]) for column in frame.columns}
        for kind, table in (("as it is", frame), ("with broken cells", break_cells(frame, seeded(str(name))))):
            file = f"{len(cases)}.csv"
            table.to_csv(Path(folder) / file, index=False)
            read = pd.read_csv(Path(folder) / file, low_memory=False)
            # pandas counts what it reads back, column by column.
            expected = {str(column): counts(read[column], schema[str(column)]) for column in read.columns}
            text = json.dumps({"version": 1, "columns": schema}, ensure_ascii=True)
            cases.append({"name": f"{name} {kind}", "file": file, "schema": text, "counts": expected, "rows": len(read)})
    (Path(folder) / "expected.json").write_text(json.dumps(cases, allow_nan=False))


main(sys.argv[1])
