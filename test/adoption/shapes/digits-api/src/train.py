import os

import joblib
import pandas as pd
from sklearn.ensemble import RandomForestClassifier
from sklearn.metrics import accuracy_score
from sklearn.model_selection import train_test_split

DATA_PATH = os.path.join("data", "digits.csv")
MODEL_PATH = os.path.join("models", "model.joblib")


def main():
    df = pd.read_csv(DATA_PATH)
    X = df.drop(columns=["digit"])
    y = df["digit"]
    X_train, X_test, y_train, y_test = train_test_split(X, y, test_size=0.3, stratify=y)
    model = RandomForestClassifier(n_estimators=50, max_depth=6, random_state=0)
    model.fit(X_train, y_train)
    print("accuracy", accuracy_score(y_test, model.predict(X_test)))
    joblib.dump(model, MODEL_PATH)


if __name__ == "__main__":
    main()
