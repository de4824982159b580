"""The same tests by Evidently, from Parquet to the report: python peer.py FOLDER"""

import json
import sys
import time

start = time.perf_counter()
import pandas as pd
from evidently import DataDefinition, Dataset, Report
from evidently.presets import DataDriftPreset

imported = time.perf_counter()
folder = sys.argv[1]
definition = DataDefinition(numerical_columns=["distance", "departure", "delay"], categorical_columns=["carrier", "weekday"])
reference, current = (
    Dataset.from_pandas(pd.read_parquet(f"{folder}/{name}.parquet"), data_definition=definition)
    for name in ("reference", "current")
)
report = Report([DataDriftPreset(num_method="ks", cat_method="chisquare")])
result = report.run(current, reference)
values = {
    metric["config"]["column"]: float(metric["value"])
    for metric in result.dict()["metrics"]
    if "column" in metric.get("config", {})
}
end = time.perf_counter()
print(json.dumps({"seconds": end - start, "withoutImports": end - imported, "pValues": values}))
