"""Golden hours, days of the week and correlations of times: python time-measures.py > time-measures.json"""

import json
import sys
from datetime import datetime, timedelta, timezone

import numpy as np

random = np.random.default_rng(5)
EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)
moments = [int(ms) for ms in random.integers(-3_000_000_000_000, 4_000_000_000_000, 60)] + [-1, 0, 3_599_999, 3_600_000]
times = []
for ms in moments:
    time = EPOCH + timedelta(milliseconds=ms)
    times.append({"ms": ms, "hour": f"{time.hour:02}", "weekday": time.strftime("%A")})
rows = np.arange(40) * 86_400_000.0
pairs = []
for spread in (0.5, 1.2, 1.5, 1.8, 2.2, 4.0):
    other = rows + random.normal(0, spread, 40) * rows.std()
    pairs.append({"rows": rows.tolist(), "times": other.tolist(), "correlation": float(np.corrcoef(rows, other)[0, 1])})
json.dump({"versions": {"python": sys.version.split()[0], "numpy": np.__version__}, "times": times, "pairs": pairs}, sys.stdout)
print()
