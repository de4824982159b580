import joblib
import pandas as pd
import yaml
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

with open("config.yaml") as file:
    config = yaml.safe_load(file)

table = pd.read_csv("data/train.csv")
features = config["features"] or [name for name in table.columns if name != "diagnosis"]
model = make_pipeline(StandardScaler(), LogisticRegression(C=config["C"], max_iter=1000))
model.fit(table[features], table["diagnosis"])
joblib.dump(model, "models/model.joblib")
