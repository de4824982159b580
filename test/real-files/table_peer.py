"""What pandas and scikit-learn say of a table: the values of its columns, and the metrics of predictions for it."""

import base64
import hashlib
import re
import warnings

import numpy as np
import pandas as pd
from sklearn import metrics

from real_sources import seeded

TIME = re.compile(r"\d{4}[-/]\d{1,2}[-/]\d{1,2}([ T]\d{1,2}:\d{2}(:\d{2}([.]\d+)?)?\s*(Z|UTC|[+-]\d{2}(:?\d{2})?)?)?")
MOST_CLASSES = 8
# Longer columns are compared by their digest.
MOST_SHOWN = 2000


def column_of(values):
    """A column as its numbers (flags 0 and 1, times in milliseconds, missing NaN) or its texts."""
    numbers = numbers_of(values)
    if numbers is None:
        return {"texts": [None if pd.isna(value) else str(value) for value in values]}
    # One NaN, and one 0, so that equal numbers are equal bytes.
    data = np.where(np.isnan(numbers), np.nan, np.asarray(numbers, dtype="<f8") + 0.0).astype("<f8").tobytes()
    if len(values) > MOST_SHOWN:
        return {"sha256": hashlib.sha256(data).hexdigest()}
    return {"numbers": base64.b64encode(data).decode()}


def numbers_of(values):
    if pd.api.types.is_datetime64_any_dtype(values):
        at = pd.to_datetime(values, utc=True)
        return np.where(at.isna(), np.nan, at.dt.as_unit("ms").astype("int64").astype(float))
    if pd.api.types.is_numeric_dtype(values):
        return values.astype(float).to_numpy(dtype=float, na_value=np.nan)
    present = values.dropna()
    if len(present) and all(isinstance(value, (bool, np.bool_)) for value in present):
        return np.array([np.nan if pd.isna(value) else float(value) for value in values])
    if len(present) == 0:
        return np.full(len(values), np.nan)
    if all(isinstance(value, str) and TIME.fullmatch(value.strip()) for value in present):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            at = pd.to_datetime(values, utc=True, format="mixed", errors="coerce")
        if at.notna().sum() == len(present):
            return numbers_of(at)
    return None


def read_csv(open_file, **options):
    """A CSV file as pandas reads it, `?` and `-` missing where all else is numbers (docs/guide/tables.md)."""
    options = {"float_precision": "round_trip", "low_memory": False, **options}
    frame = pd.read_csv(open_file(), **options)
    if "na_values" in options:
        return frame
    relaxed = pd.read_csv(open_file(), **options, na_values=["?", "-"])
    for name in frame.columns:
        if numbers_of(frame[name]) is None and numbers_of(relaxed[name]) is not None:
            frame[name] = relaxed[name]
    return frame


def columns_of(frame):
    return {str(name): column_of(frame[name]) for name in frame.columns}


def predict(frame, label, name):
    """Predictions for a label, somewhat better than chance, with scikit-learn's metrics of them; None: no label fits."""
    values = frame[label]
    random = seeded(name)
    classes = sorted(values.unique())
    if numbers_of(values) is not None and len(classes) > MOST_CLASSES:
        return regression(values.astype(float).to_numpy(), random)
    codes = np.array([classes.index(value) for value in values])
    shown = [text_of(value) for value in classes]
    return binary(codes, shown, random) if len(classes) == 2 else multiclass(codes, shown, random)


def text_of(value):
    if isinstance(value, (bool, np.bool_)):
        return "true" if value else "false"
    return str(int(value)) if isinstance(value, (float, np.floating)) and float(value).is_integer() else str(value)


def regression(actual, random):
    predicted = np.round(actual + random.normal(size=len(actual)) * (actual.std() or 1) * 0.5, 6)
    found = {
        "mae": metrics.mean_absolute_error(actual, predicted),
        "rmse": metrics.root_mean_squared_error(actual, predicted),
        "r2": metrics.r2_score(actual, predicted),
    }
    return {"task": "regression", "scores": pd.DataFrame({"prediction": predicted}), "metrics": found}


def binary(codes, classes, random):
    score = np.clip(np.round(0.5 + 0.2 * (2 * codes - 1) + random.normal(size=len(codes)) * 0.25, 4), 0.001, 0.999)
    found = {
        "accuracy": metrics.accuracy_score(codes, score >= 0.5),
        "roc_auc": metrics.roc_auc_score(codes, score),
        "log_loss": metrics.log_loss(codes, score),
        "brier_score": metrics.brier_score_loss(codes, score),
        "f1": metrics.f1_score(codes, score >= 0.5),
    }
    frame = pd.DataFrame({"score": score})
    return {"task": "binary-classification", "classes": classes, "scores": frame, "metrics": found}


def multiclass(codes, classes, random):
    width = len(classes)
    raw = random.gamma(1, size=(len(codes), width)) + np.eye(width)[codes]
    scores = raw / raw.sum(axis=1, keepdims=True)
    decided = scores.argmax(axis=1)
    found = {
        "accuracy": metrics.accuracy_score(codes, decided),
        "f1_macro": metrics.f1_score(codes, decided, average="macro"),
        "log_loss": metrics.log_loss(codes, scores, labels=range(width)),
    }
    names = [f"score_{label}" for label in classes]
    frame = pd.DataFrame(scores, columns=names)
    return {"task": "multiclass-classification", "classes": classes, "scores": frame, "metrics": found}
