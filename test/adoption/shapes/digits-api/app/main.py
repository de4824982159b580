import joblib
import pandas as pd
from fastapi import FastAPI

app = FastAPI()
model = joblib.load("models/model.joblib")


@app.post("/predict")
def predict(pixels: dict[str, int]):
    return {"digit": int(model.predict(pd.DataFrame([pixels]))[0])}
