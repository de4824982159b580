"""What the demo's company has before Tidegate comes: features of each month, and the flights of each week that the model will serve.

usage: prepare.py flights-3m.parquet OUT EVERY
"""

import sys
from pathlib import Path

import pandas as pd

from features import FEATURES, add_features

source, out, every = sys.argv[1], Path(sys.argv[2]), int(sys.argv[3])
WEEKS = ["2001-03-12", "2001-04-23", "2001-04-30", "2001-05-07"]

flights = add_features(pd.read_parquet(source))
flights = flights[flights["id"] % every == 0]
(out / "features").mkdir(parents=True)
(out / "weeks").mkdir()
for month, rows in flights.groupby(flights["date"].dt.strftime("%Y-%m")):
    if month <= "2001-06":
        rows.to_parquet(out / "features" / f"{month}.parquet", index=False)
for week in WEEKS:
    start = pd.Timestamp(week)
    served = flights[(flights["date"] >= start) & (flights["date"] < start + pd.Timedelta(days=7))]
    served[["id", "date", *FEATURES, "late"]].to_parquet(out / "weeks" / f"{week}.parquet", index=False)
