import mlflow
import mlflow.sklearn
import pandas as pd
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

C = 1.0
FEATURES = 30

mlflow.set_tracking_uri("sqlite:///mlflow.db")
mlflow.set_experiment("tumour-classifier")

train = pd.read_csv("data/train.csv")
X = train.drop(columns=["target"]).iloc[:, :FEATURES]
y = train["target"]

with mlflow.start_run():
    mlflow.log_params({"C": C, "features": FEATURES})
    model = make_pipeline(StandardScaler(), LogisticRegression(C=C, max_iter=1000))
    model.fit(X, y)
    mlflow.sklearn.log_model(
        model,
        name="model",
        input_example=X.head(2),
        pip_requirements=["scikit-learn"],
    )
