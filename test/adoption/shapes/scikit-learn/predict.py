import argparse

import joblib
import pandas as pd

parser = argparse.ArgumentParser()
for name in ("model", "data", "out"):
    parser.add_argument(f"--{name}", required=True)
args = parser.parse_args()

model = joblib.load(args.model)
table = pd.read_csv(args.data)
scores = model.predict_proba(table[model.feature_names_in_])
pd.DataFrame({"score": scores[:, list(model.classes_).index("malignant")]}).to_csv(args.out, index=False)
