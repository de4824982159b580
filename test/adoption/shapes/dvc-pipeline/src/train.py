import os

import joblib
import pandas as pd
import yaml
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

params = yaml.safe_load(open("params.yaml"))
train = pd.read_csv("data/train.csv")
y_train = train.pop("benign")
X_train = train.iloc[:, : params["train"]["features"]]
clf = make_pipeline(StandardScaler(), LogisticRegression(C=params["train"]["C"], max_iter=1000))
clf.fit(X_train, y_train)
os.makedirs(params["base"]["model_dir"], exist_ok=True)
joblib.dump(clf, os.path.join(params["base"]["model_dir"], "clf.joblib"))
