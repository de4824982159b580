"""The monitoring log of bentoml 1.4.40: python bentoml-log.py FOLDER; schema and data, one after the other, are bentoml-log.jsonl"""

import sys

from bentoml._internal.monitoring.default import DefaultMonitor
from bentoml._internal.context import trace_context

monitor = DefaultMonitor("churn", log_path=sys.argv[1])
for request in range(3):
    trace_context._request_id_var.set(1000 + request)
    monitor.start_record()
    for row in range(1 + request % 2):
        monitor.log(10.5 + request + row, "balance", role="feature", data_type="numerical")
        monitor.log("ab"[row], "plan", role="feature", data_type="categorical")
        monitor.log(0.25 * (request + 1), "score", role="prediction", data_type="numerical")
    monitor.stop_record()
