from pathlib import Path
import pickle

import pandas as pd
from sklearn.compose import ColumnTransformer
from sklearn.ensemble import RandomForestClassifier
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import OneHotEncoder

HERE = Path(__file__).parent
TREES = 10
DEPTH = 5

train = pd.read_csv(HERE / "data" / "train.csv")
words = ColumnTransformer([("words", OneHotEncoder(handle_unknown="ignore"), ["ink"])], remainder="passthrough")
clf = Pipeline([("words", words), ("forest", RandomForestClassifier(TREES, max_depth=DEPTH, random_state=0))])
clf.fit(train.drop("kind", axis=1), train["kind"])
with open(HERE / "model.pkl", "wb") as f:
    pickle.dump(clf, f)
