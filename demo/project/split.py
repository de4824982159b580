"""The test set that a candidate is judged on, and the reference that current data is compared with."""

from pathlib import Path

import pandas as pd
import yaml

params = yaml.safe_load(Path("params.yaml").read_text())["split"]


def month(name: str) -> pd.DataFrame:
    return pd.read_parquet(f"data/features/{name}.parquet")


test = month(params["test"])
test = test[test["id"] % params["test_every"] == 0]
test.to_parquet("data/test.parquet", index=False)
reference = pd.concat([month(name) for name in params["reference"]])
reference.to_parquet("data/reference.parquet", index=False)
print(f"{len(test):,} flights to judge on, {len(reference):,} as reference")
