"""Two months of made-up flights as Parquet: python make_data.py FOLDER ROWS"""

import sys

import numpy as np
import pandas as pd

folder, rows = sys.argv[1], int(sys.argv[2])
for name, seed, shift in (("reference", 1, 0.0), ("current", 2, 0.3)):
    random = np.random.default_rng(seed)
    pd.DataFrame(
        {
            "distance": random.gamma(2.0, 300.0, rows).round(0) + 60,
            "departure": random.normal(13.0 + shift, 4.5, rows),
            "delay": random.exponential(12.0, rows) - 8,
            "carrier": random.choice([f"C{i}" for i in range(14)], rows),
            "weekday": random.choice(["Mo", "Tu", "We", "Th", "Fr", "Sa", "Su"], rows),
        }
    ).to_parquet(f"{folder}/{name}.parquet")
