from pathlib import Path

import joblib
import pandas as pd
from sklearn.compose import ColumnTransformer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

HERE = Path(__file__).parent
TARGET = "Diagnosis"
C = 1.0

train = pd.read_csv(HERE / "data" / "train.csv")
X, y = train.drop(columns=[TARGET]), train[TARGET]
numbers = X.select_dtypes("number").columns
columns = ColumnTransformer(
    [
        ("numbers", StandardScaler(), numbers),
        ("words", OneHotEncoder(handle_unknown="ignore"), ["size"]),
    ]
)
pipeline = Pipeline([("columns", columns), ("classifier", LogisticRegression(C=C, max_iter=1000))])
pipeline.fit(X, y)
joblib.dump(pipeline, HERE / "model.joblib")
