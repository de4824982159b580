"""Raw flights, one file a month, to features, one file a month."""

from pathlib import Path

import pandas as pd
import yaml

from features import add_features

raw, prepared = Path("data/raw"), Path("data/features")
params = yaml.safe_load(Path("params.yaml").read_text())["prepare"]

flights = add_features(pd.concat([pd.read_parquet(path) for path in sorted(raw.glob("*.parquet"))]))
flights = flights[flights["id"] % params["every"] == 0]
prepared.mkdir(parents=True, exist_ok=True)
for month, rows in flights.groupby(flights["date"].dt.strftime("%Y-%m")):
    if (raw / f"{month}.parquet").exists():
        rows.to_parquet(prepared / f"{month}.parquet", index=False)
        print(f"{month}: {len(rows):,} flights, {rows['late'].mean():.0%} late")
