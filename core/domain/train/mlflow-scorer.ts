/**
 * A Python program that scores an MLflow model folder in the team's environment:
 * `python score.py <model> <dataset> <predictions> <settings as JSON>`.
 *
 * Probabilities come from the model inside (`predict_proba`) where it has them: the `predict` of most flavors gives
 * classes. What gives neither probabilities nor numbers ends with exit code 3 and says how to log it.
 */
export const MLFLOW_SCORER = `import json
import sys

import mlflow.pyfunc
import numpy
import pandas


def read(path):
    name = path.lower()
    if ".parquet" in name:
        return pandas.read_parquet(path)
    if ".jsonl" in name or ".ndjson" in name:
        return pandas.read_json(path, lines=True)
    return pandas.read_csv(path, sep="\\t" if ".tsv" in name else ",")


def stop(message):
    print(message, file=sys.stderr)
    sys.exit(3)


def name_of(value):
    if isinstance(value, (bool, numpy.bool_)):
        return "true" if value else "false"
    if isinstance(value, (float, numpy.floating)) and float(value).is_integer():
        return str(int(value))
    return str(value)


def columns_of(model, table, settings):
    schema = model.metadata.get_input_schema()
    if settings.get("features"):
        return settings["features"]
    if schema is not None and schema.has_input_names():
        return schema.input_names()
    left_out = {settings["label"], *settings["exclude"]}
    return [name for name in table.columns if name not in left_out]


def raw_of(model):
    flavor = model.metadata.flavors.get("python_function", {})
    if flavor.get("loader_module") == "mlflow.pyfunc.model":
        return None
    try:
        return model.get_raw_model()
    except (AttributeError, NotImplementedError):
        return None


def probabilities_of(model, inputs):
    raw = raw_of(model)
    if hasattr(raw, "predict_proba"):
        return numpy.asarray(raw.predict_proba(inputs)), [name_of(one) for one in raw.classes_]
    given = model.predict(inputs)
    names = [name_of(one) for one in given.columns] if isinstance(given, pandas.DataFrame) else None
    values = numpy.asarray(given)
    if values.ndim == 2 and values.shape[1] == 1:
        values = values[:, 0]
    is_share = values.dtype.kind == "f" and numpy.all((values >= 0) & (values <= 1))
    if not is_share or set(numpy.unique(values)) <= {0.0, 1.0}:
        stop(
            "the MLflow model gives classes, not probabilities: log it with pyfunc_predict_fn='predict_proba', "
            "or set evaluate.predict in tidegate.yaml"
        )
    return (values, names) if values.ndim == 2 else (numpy.stack([1 - values, values], axis=1), [])


def labels_of(table, settings):
    values = [value for value in table[settings["label"]].unique() if not pandas.isna(value)]
    return [name_of(value) for value in sorted(values)]


def number_of(values):
    if isinstance(values, pandas.DataFrame) and "prediction" in values.columns:
        return values["prediction"].to_numpy()
    numbers = numpy.asarray(values)
    if numbers.ndim == 2 and numbers.shape[1] != 1:
        stop("the MLflow model gives several columns and none is called prediction: set evaluate.predict in tidegate.yaml")
    return numbers.reshape(-1)


def scores_of(model, inputs, table, settings):
    if settings["task"] == "regression":
        return {"prediction": number_of(model.predict(inputs))}
    values, names = probabilities_of(model, inputs)
    declared = settings.get("classes")
    wanted = [name_of(one) for one in declared or labels_of(table, settings)]
    if names is None and not declared:
        stop("no one says which probability is of which class: set evaluate.classes in tidegate.yaml, in the order of the model")
    given = names or wanted
    if len(given) != values.shape[1] or not set(wanted) <= set(given):
        stop(f"the model's classes are {given} ({values.shape[1]} probabilities), and the label's are {wanted}: set evaluate.classes")
    columns = {name: values[:, given.index(name)] for name in wanted}
    if settings["task"] != "binary-classification":
        return {f"score_{name}": column for name, column in columns.items()}
    if len(wanted) != 2:
        stop(f"the model has {len(wanted)} classes, and the task has two")
    return {"score": columns[wanted[1]]}


def main():
    artifact, dataset, predictions, settings = sys.argv[1:5]
    settings = json.loads(settings)
    table = read(dataset)
    model = mlflow.pyfunc.load_model(artifact)
    columns = columns_of(model, table, settings)
    missing = [name for name in columns if name not in table.columns]
    if missing:
        stop(f"the dataset has no column {', '.join(missing)}, which the model takes")
    pandas.DataFrame(scores_of(model, table[columns], table, settings)).to_csv(predictions, index=False)


main()
`;
