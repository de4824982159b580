from pathlib import Path
import pickle

import pandas as pd
import yaml
from sklearn.linear_model import ElasticNet
from sklearn.metrics import mean_absolute_error, r2_score
from sklearn.model_selection import train_test_split
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler


def load_config(path="config.yaml"):
    with open(path) as f:
        return yaml.safe_load(f)


class Trainer:
    def __init__(self, config):
        self.config = config
        self.target = config["data"]["target"]

    def split(self):
        df = pd.read_csv(self.config["data"]["path"])
        train, test = train_test_split(
            df,
            test_size=self.config["data"]["test_size"],
            random_state=self.config["data"]["random_state"],
        )
        return train, test

    def run(self):
        train, test = self.split()
        params = self.config["model"]
        model = make_pipeline(StandardScaler(), ElasticNet(alpha=params["alpha"], l1_ratio=params["l1_ratio"]))
        model.fit(train.drop(columns=[self.target]), train[self.target])
        predictions = model.predict(test.drop(columns=[self.target]))
        print(mean_absolute_error(test[self.target], predictions), r2_score(test[self.target], predictions))
        out = Path(params["path"])
        out.parent.mkdir(parents=True, exist_ok=True)
        with open(params["path"], "wb") as f:
            pickle.dump(model, f)


if __name__ == "__main__":
    Trainer(load_config()).run()
