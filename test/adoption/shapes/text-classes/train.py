import joblib
import pandas as pd
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import classification_report
from sklearn.pipeline import Pipeline

MAX_FEATURES = 400

train = pd.read_csv("data/train.csv")
test = pd.read_csv("data/test.csv")
X_train = train["text"]
y_train = train["tag"]
model = Pipeline(
    [
        ("tfidf", TfidfVectorizer(max_features=MAX_FEATURES)),
        ("clf", LogisticRegression(C=1.0, max_iter=1000)),
    ]
)
model.fit(X_train, y_train)
print(classification_report(test["tag"], model.predict(test["text"])))
joblib.dump(model, "model.joblib")
