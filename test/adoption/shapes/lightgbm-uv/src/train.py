import argparse
from pathlib import Path

import lightgbm as lgb
import pandas as pd
import yaml


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--config", default="src/config.yaml")
    args = parser.parse_args()
    config = yaml.safe_load(Path(args.config).read_text())
    train = pd.read_parquet(config["train"])
    features = train.drop(columns=config["target"])
    booster = lgb.train(config["params"], lgb.Dataset(features, train[config["target"]]), config["rounds"])
    Path(config["model"]).parent.mkdir(exist_ok=True)
    booster.save_model(config["model"])


if __name__ == "__main__":
    main()
