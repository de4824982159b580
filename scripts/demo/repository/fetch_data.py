"""Bring the newest data from the warehouse: the last month to judge on, the two before it to train on."""

from pathlib import Path

import boto3

BUCKET = "flights-warehouse"

s3 = boto3.client("s3")
keys = sorted(entry["Key"] for entry in s3.list_objects_v2(Bucket=BUCKET, Prefix="features/")["Contents"])
*training, test = keys[-3:]

train = Path("data/train")
train.mkdir(parents=True, exist_ok=True)
for old in train.glob("*.parquet"):
    old.unlink()
for key in training:
    s3.download_file(BUCKET, key, str(train / Path(key).name))
Path("data/test.parquet").unlink(missing_ok=True)
s3.download_file(BUCKET, test, "data/test.parquet")
print(f"train on {', '.join(Path(key).stem for key in training)}; judge on {Path(test).stem}")
