import pandas as pd
import yaml
from sklearn.model_selection import train_test_split

params = yaml.safe_load(open("params.yaml"))["prepare"]
table = pd.read_csv("data/raw.csv")
train, test = train_test_split(table, test_size=params["split"], random_state=params["seed"])
train.to_csv("data/train.csv", index=False)
test.to_csv("data/test.csv", index=False)
