"""Tables in the ways in which people write them, and what pandas and scikit-learn make of each: python tables.py <folder>"""

import csv
import decimal
import gzip
import io
import json
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as parquet

from real_sources import r, seeded, sk, vega, with_label
from table_peer import columns_of, predict, read_csv

folder = Path(sys.argv[1])
cases = []


def keep(name, file, frame, label=None, csv_options=None, refused=None):
    """Notes a written table with what it holds, or with what its refusal has to say."""
    case = {"name": name, "file": file, "csv": csv_options or {}}
    if refused is not None:
        cases.append({**case, "refused": refused})
        return
    case |= {"rows": len(frame), "columns": columns_of(frame)}
    if label is not None:
        predicted = predict(frame, label, name)
        scores = f"{file}.scores.parquet"
        predicted.pop("scores").to_parquet(folder / scores)
        case |= {"label": label, "scores": scores, **predicted}
    cases.append(case)


def write_text(file, text, encoding="utf-8"):
    data = text.encode(encoding)
    if file.endswith(".gz"):
        data = gzip.compress(data, mtime=0)
    if file.endswith(".zst"):
        data = pa.Codec("zstd").compress(data, asbytes=True)
    (folder / file).write_bytes(data)


def keep_csv(name, text, label=None, suffix="csv", encoding="utf-8", missing=None, tell=False, **options):
    """CSV text as a file, with what pandas reads in it."""
    file = f"{len(cases):03}.{suffix}"
    write_text(file, text, encoding)
    if missing is not None:
        options |= {"keep_default_na": False, "na_values": missing}
    said = {} if missing is None else {"missing": [one for one in missing if one != ""]}
    if tell:
        said["delimiter"] = options["sep"]
    frame = read_csv(lambda: io.BytesIO(text.encode(encoding)), encoding=encoding, **options)
    keep(name, file, frame, label, said)


def written(frame, **options):
    return frame.to_csv(index=False, **options)


def refuse(name, text, says, suffix="csv", encoding="utf-8", csv_options=None):
    file = f"{len(cases):03}.{suffix}"
    if isinstance(text, bytes):
        (folder / file).write_bytes(text)
    else:
        write_text(file, text, encoding)
    keep(name, file, None, csv_options=csv_options, refused=says)


# --- R's own files, as write.csv made them: quoted texts, a first column that numbers the rows, NA.
AS_R_WROTE = {
    "ggplot2/mpg": "drv", "MASS/biopsy": "class", "MASS/Pima.tr2": "type", "MASS/survey": "Sex", "car/Chile": "vote",
    "MASS/Cars93": "Origin", "datasets/airquality": "Month", "survival/lung": "status", "COUNT/titanic": "survived",
    "survival/pbc": "status", "robustbase/CrohnD": "treat", "vcd/Arthritis": "Improved", "HSAUR/Forbes2000": "profits",
    "ggplot2/msleep": "vore", "psych/bfi": "gender", "Ecdat/Hdma": "deny", "sem/CNES": "MBSA2", "car/SLID": "sex",
    "Zelig/immigration": None, "reshape2/tips": "smoker", "ggplot2/economics": "unemploy", "MASS/birthwt": "low",
    "evir/spto87": None, "pscl/presidentialElections": "south", "HistData/Snow.deaths": None, "Ecdat/Clothing": "tsales",
    "gap/hla": None, "Ecdat/USstateAbbreviations": None, "vcd/Hitters": None, "psych/epi.dictionary": None,
    "robustbase/ambientNOxCH": None, "COUNT/badhealth": "badh", "cluster/plantTraits": None, "rpart/car90": None,
}
for name, label in AS_R_WROTE.items():
    frame = r(name)
    frame = frame if label is None else with_label(frame, label)
    text = frame.rename(columns={frame.columns[0]: ""}).to_csv(index=False, na_rep="NA", quoting=csv.QUOTE_NONNUMERIC)
    keep_csv(f"R's {name}", text, label)

# --- One table in many dialects.
titanic = with_label(r("COUNT/titanic"), "survived").iloc[:, 1:]
housing = r("MASS/Boston", 506).iloc[:, 1:]
iris = r("datasets/iris").iloc[:, 1:]
mpg = r("ggplot2/mpg").iloc[:, 1:]
students = r("MASS/survey").iloc[:, 1:]
stocks = vega("stocks")
airports = vega("airports", 300)
weather = vega("seattle-weather")
salaries = r("car/Salaries").iloc[:, 1:]

for sep, called in [(";", "semicolons"), ("\t", "tabs"), ("|", "pipes"), (",", "commas")]:
    keep_csv(f"{called}", written(iris, sep=sep), "Species", sep=sep)
    keep_csv(f"{called}, declared, CRLF", written(mpg, sep=sep, lineterminator="\r\n"), "hwy", sep=sep, tell=True)
keep_csv("tabs in .tsv", written(salaries, sep="\t"), "sex", suffix="tsv", sep="\t")
keep_csv("tabs in .tsv.gz", written(salaries, sep="\t"), "sex", suffix="tsv.gz", sep="\t")
keep_csv("a byte order mark", written(titanic), "survived", encoding="utf-8-sig")
keep_csv("UTF-16", written(iris), "Species", encoding="utf-16")
keep_csv("UTF-16, semicolons, CRLF", written(iris, sep=";", lineterminator="\r\n"), "Species", encoding="utf-16", sep=";")
keep_csv("csv.gz", written(housing), "medv", suffix="csv.gz")
keep_csv("csv.zst", written(housing), "medv", suffix="csv.zst")
keep_csv("csv.gz with a byte order mark", written(mpg), "drv", suffix="csv.gz", encoding="utf-8-sig")
keep_csv("no line break at the end", written(iris).rstrip("\n"), "Species")
keep_csv("two line breaks at the end", written(iris) + "\n\n", "Species")
keep_csv("everything in quotes", written(titanic, quoting=csv.QUOTE_ALL), "survived")
keep_csv("an index column", titanic.to_csv(), "survived")
keep_csv("exponents", written(housing, float_format="%.6e"), "medv")
keep_csv("few digits", written(housing, float_format="%.1f"), "medv")
keep_csv("dates with the year first", written(weather), "weather")
keep_csv("dates with names of months", written(stocks), "price")
for spelling in ["NA", "N/A", "NULL", "null", "nan", "NaN", "None", "n/a", "#N/A", "<NA>", "?", "-", "-nan"]:
    holes = housing.mask(seeded(spelling).random(housing.shape) < 0.1).assign(medv=housing.medv)
    keep_csv(f"{spelling} in numbers", written(holes, na_rep=spelling), "medv")
text_holes = with_label(students, "Sex")
keep_csv("- and ? in texts stay texts", written(text_holes.assign(W=["-", "?"] * (len(text_holes) // 2) + ["x"] * (len(text_holes) % 2))), "Sex")
keep_csv("-999 declared", written(housing.mask(housing == 0, -999)), "medv", missing=["-999", "-999.0", ""])
keep_csv("NA is Namibia", written(pd.DataFrame({"country": ["NA", "DE", "", "FR"] * 50, "y": [0, 1, 1, 0] * 50})), "y", missing=["", "missing"])
keep_csv("a column of nothing", written(iris.assign(empty=np.nan)), "Species")
keep_csv("yes and no", written(salaries.assign(senior=np.where(salaries["yrs.service"] > 15, "yes", "no"))), "senior")
keep_csv("t and f", written(salaries.assign(senior=np.where(salaries["yrs.service"] > 15, "t", "f"))), "senior")
keep_csv("true and false", written(salaries.assign(senior=salaries["yrs.service"] > 15)), "senior")
keep_csv("TRUE, FALSE and NA", written(titanic.assign(adult=titanic["class"].map(lambda text: {"1st class": "TRUE", "2nd class": "FALSE"}.get(text)))), "survived")
keep_csv("flags in small letters", written(salaries.assign(senior=np.where(salaries["yrs.service"] > 15, "true", "false"))), "senior")
keep_csv("leading zeros", written(airports.assign(code=[f"{n:05}" for n in range(len(airports))])), "state" if airports.state.nunique() <= 8 else "latitude")
keep_csv("thousands in quotes", written(salaries.assign(salary=salaries.salary.map("{:,}".format))), "sex")
keep_csv("decimal commas with semicolons stay texts", written(housing, sep=";", decimal=","), None, sep=";")
keep_csv("signs", written(housing.assign(up=["+1", "-1"] * (len(housing) // 2))), "medv")
keep_csv("numbers with spaces around", written(iris).replace(",", ", "), " Species", skipinitialspace=False)
keep_csv("whole numbers of 20 digits", written(iris.assign(id=[10**19 + n * 4096 for n in range(len(iris))])), "Species")
keep_csv("numbers beyond 2^53", written(iris.assign(id=[2**53 + 2 * n for n in range(len(iris))])), "Species")
keep_csv("infinities", written(iris.assign(x=["inf", "-inf", "1.5"] * 50)), "Species")
keep_csv("line breaks in quotes", written(mpg.assign(note=["a\nb", "c,d", 'e "f"', "g\r\nh", "#i"] * 46 + ["j"] * 4)), "drv")
keep_csv("a quote within", written(mpg.assign(size=['5"', "6'", '""', '"a" b'] * 58 + ["j"] * 2)), "drv")
keep_csv("a line that begins with #", written(mpg.assign(manufacturer=["#audi"] + list(mpg.manufacturer[1:]))), "drv")
keep_csv("letters of all the world", written(mpg.assign(model=["Škoda", "東京", "مرحبا", "🚗 e", "naïve"] * 46 + ["ß"] * 4)), "drv")
keep_csv("names with spaces, dots and signs", written(sk("iris").rename(columns={"target": "Art (µ)"})), "Art (µ)")
keep_csv("the same name twice", "x,x,y\n" + "".join(f"{n},{n * 2},{n % 2}\n" for n in range(60)), "y")
keep_csv("names without a name", ",,y\n" + "".join(f"{n},{n * 2},{n % 2}\n" for n in range(60)), "y")
keep_csv("names of numbers", "1,2,3\n" + "".join(f"{n},{n * 2},{n % 2}\n" for n in range(60)), "3")
keep_csv("one column", written(iris[["Species"]]), "Species")
keep_csv("one column with holes", written(housing[["medv"]].mask(housing[["medv"]] > 30)), None)
keep_csv("one row", written(iris.head(1)))
keep_csv("one column is text in its last row", written(housing.assign(zn=list(housing.zn[:-1]) + ["many"])), "medv")
wide = pd.DataFrame(seeded("wide").normal(size=(40, 1500)).round(3), columns=[f"f{n}" for n in range(1500)])
keep_csv("1,500 columns", written(wide.assign(y=[0, 1] * 20)), "y")
long = pd.concat([housing] * 60, ignore_index=True).assign(n=range(len(housing) * 60))
keep_csv("long", written(long), "medv")
keep_csv("cancer", written(sk("breast_cancer")), "target")
keep_csv("wine", written(sk("wine"), sep=";"), "target", sep=";")
keep_csv("diabetes", written(sk("diabetes"), sep="\t"), "target", sep="\t")
keep_csv("digits", written(sk("digits")))
keep_csv("airports with commas in names", written(airports), "latitude")
keep_csv("labels of texts like numbers with a fraction", written(iris.assign(y=[0.0, 1.0] * 75)), "y")

# --- JSON lines: what json.loads says is what is there.
def keep_json(name, frame, label=None, suffix="jsonl", **options):
    file = f"{len(cases):03}.{suffix}"
    text = frame.to_json(orient="records", lines=True, double_precision=15, **options)
    write_text(file, text)
    back = pd.DataFrame([json.loads(line) for line in text.splitlines()])
    keep(name, file, back.reindex(columns=frame.columns), label)


keep_json("JSON lines", titanic, "survived")
keep_json("JSON lines, ndjson", mpg, "drv", suffix="ndjson")
keep_json("JSON lines, gz", housing, "medv", suffix="jsonl.gz")
keep_json("JSON lines, zst", iris, "Species", suffix="jsonl.zst")
keep_json("JSON lines with null", with_label(students, "Sex"), "Sex")
keep_json("JSON lines with flags", salaries.assign(senior=salaries["yrs.service"] > 15), "senior")
keep_json("JSON lines with dates as texts", weather, "weather")
keep_json("JSON lines with months first", iris.assign(d=["03-04-2001", "05-06-2002"] * 75), "Species")
keep_json("JSON lines with codes like dates", iris.assign(d=["10-11-12", "1-2-3", "9-9-99"] * 50), "Species")
keep_json("JSON lines with times of day", iris.assign(d=["12:30", "08:15:00", "23:59"] * 50), "Species")
keep_json("JSON lines with UUIDs in large letters", iris.assign(d=["550E8400-E29B-41D4-A716-446655440000"] * 150), "Species")
keep_json("JSON lines with digits as text", iris.assign(d=["007", "1.50", "1e3"] * 50), "Species")
keep_json("JSON lines with nothing in a column", iris.assign(d=None), "Species")
keep_json("JSON lines with empty texts", iris.assign(d=["", "a", "NA"] * 50), "Species")
keep_json("JSON lines with escapes", iris.assign(d=['a"b', "c\nd", "e\\f", "\u2028", "🚗"] * 30), "Species", force_ascii=True)
keep_json("JSON lines with large numbers", iris.assign(d=[2**53, 2**60, -(2**55)] * 50), "Species")


# --- Parquet.
def keep_parquet(name, frame, label=None, table=None, refused=None, **options):
    file = f"{len(cases):03}.parquet"
    table = pa.Table.from_pandas(frame, preserve_index=False) if table is None else table
    parquet.write_table(table, folder / file, **options)
    keep(name, file, frame, label, refused=refused)


for codec in ["snappy", "zstd", "gzip", "brotli", "lz4", "none"]:
    keep_parquet(f"Parquet, {codec}", titanic, "survived", compression=codec)
    keep_parquet(f"Parquet, {codec}, long", long, "medv", compression=codec, use_dictionary=codec != "zstd")
huge = pd.concat([housing[["crim", "chas", "rad", "lstat", "medv"]]] * 240, ignore_index=True).assign(n=range(len(housing) * 240))
holes = huge.mask(seeded("holes").random(huge.shape) < 0.07).assign(medv=huge.medv)
for codec in ["snappy", "zstd", "gzip"]:
    keep_parquet(f"Parquet, {codec}, a hundred thousand rows", huge, "medv", compression=codec, row_group_size=30_000)
    keep_parquet(f"Parquet, {codec}, with holes", holes, "medv", compression=codec, use_dictionary=False)
keep_parquet("Parquet, pages of version 2", holes, "medv", data_page_version="2.0", data_page_size=4096)
keep_parquet("Parquet, version 1.0", huge, "medv", version="1.0")
typed = huge.assign(
    i8=(huge.n % 100).astype("int8"), u8=(huge.n % 200).astype("uint8"), i16=(huge.n % 3000).astype("int16"),
    u32=(huge.n * 30_000).astype("uint32"), i64=huge.n * 10**10, f32=huge.medv.astype("float32"), flag=huge.n % 3 == 0,
    at=pd.Timestamp("2001-01-01") + pd.to_timedelta(huge.n, unit="min"),
)
keep_parquet("Parquet, all kinds of numbers", typed, "medv")
keep_parquet("Parquet, split by bytes", typed, "medv", use_dictionary=False, column_encoding={"medv": "BYTE_STREAM_SPLIT", "n": "DELTA_BINARY_PACKED"})
nullable = pd.DataFrame({"a": pd.array([1, None, 3] * 50, dtype="Int64"), "b": pd.array([True, None, False] * 50, dtype="boolean"), "y": [0, 1, 1] * 50})
keep_parquet("Parquet, whole numbers and flags with holes", nullable, "y")
keep_parquet("Parquet, texts by dictionary", iris.assign(Species=iris.Species.astype("category")), "Species", table=pa.Table.from_pandas(iris.assign(Species=iris.Species.astype("category")), preserve_index=False))
keep_parquet("Parquet, times with a zone", iris.assign(at=pd.date_range("2001-03-25", periods=150, freq="7min", tz="Europe/Berlin")), "Species")
keep_parquet("Parquet, times of nanoseconds", iris.assign(at=pd.date_range("2001-03-25", periods=150, freq="7s").as_unit("ns")), "Species")
days = pd.date_range("1969-12-01", periods=150, freq="D")
keep_parquet("Parquet, days", iris.assign(at=days), "Species", table=pa.Table.from_pandas(iris.assign(at=days.date), preserve_index=False))
cents = [round(n * 0.37, 2) for n in range(150)]
exact = pa.Table.from_pandas(iris, preserve_index=False).append_column("cents", pa.array(cents).cast(pa.decimal128(10, 2)))
keep_parquet("Parquet, decimals", iris.assign(cents=cents), "Species", table=exact)
keep_parquet("Parquet, an index of texts", mpg.assign(__index_level_0__=[f"r{n}" for n in range(len(mpg))]), "drv")
keep_parquet("Parquet, half floats", iris.assign(h=np.linspace(0, 9, 150).astype("float16").astype("float64")), "Species", table=pa.Table.from_pandas(iris.assign(h=np.linspace(0, 9, 150).astype("float16")), preserve_index=False))
keep_parquet("Parquet, large texts", iris.assign(t=["x" * 3000, "y" * 2] * 75), "Species", table=pa.Table.from_pandas(iris.assign(t=["x" * 3000, "y" * 2] * 75), preserve_index=False).cast(pa.schema([("Sepal.Length", pa.float64()), ("Sepal.Width", pa.float64()), ("Petal.Length", pa.float64()), ("Petal.Width", pa.float64()), ("Species", pa.large_string()), ("t", pa.large_string())])))

# --- What has to be refused, and what the refusal says.
text = written(iris)
lines = text.splitlines()
refuse("a row too short", "\n".join([*lines[:40], "1,2", *lines[40:]]) + "\n", "line 41 has 2 fields")
refuse("a row too long", "\n".join([*lines[:40], lines[40] + ",9", *lines[41:]]) + "\n", "line 41 has 6 fields")
refuse("a delimiter at the end of each row", lines[0] + "\n" + "".join(f"{line},\n" for line in lines[1:]), "line 2 has 6 fields")
refuse("spaces before quotes", "a,b\n" + '1, "x"\n' * 50, "space between a double quote")
refuse("Latin-1", written(mpg.assign(model="Citroën")), "not UTF-8", encoding="latin-1")
refuse("a quote that never ends", text + '1,2,3,4,"open\n', "line")
refuse("nothing at all", "", "header")
refuse("csv.gz, cut", gzip.compress(text.encode())[:-20], "truncated or damaged", suffix="csv.gz")
refuse("csv.gz that is not packed", text.encode(), "truncated or damaged|not compressed|is not a table", suffix="csv.gz")
refuse("an error page", "<!DOCTYPE html>\n<html><body>404</body></html>\n", "page|HTML")
refuse("a pointer of Git LFS", "version https://git-lfs.github.com/spec/v1\noid sha256:" + "a" * 64 + "\nsize 12345\n", "LFS")
refuse("Parquet by the name of CSV", (folder / next(case["file"] for case in cases if case["file"].endswith("parquet"))).read_bytes(), "Parquet")
refuse("CSV by the name of Parquet", text, "Parquet|parquet|cannot be read", suffix="parquet")
refuse("JSON lines with a broken line", '{"a": 1}\n{"a": \n{"a": 3}\n', "JSON", suffix="jsonl")
refuse("UTF-16 with the high byte first", text.encode("utf-16-be").join([b"\xfe\xff", b""]), "high byte first")
refuse("a zip", b"PK\x03\x04" + bytes(200), "ZIP")

nested = pa.table({"a": [[1, 2], [3]], "b": [{"c": 1}, {"c": 2}], "y": [0, 1]})
parquet.write_table(nested, folder / "nested.parquet")
keep("Parquet, nested values", "nested.parquet", None, refused="nested")

# --- What would be a wrong number if it were read as it looks.
two = pd.DataFrame({"a": [1, 3], "b": [2, 4]})
keep_csv("an empty line before the header", "\n" + written(iris), "Species")
keep_csv("empty lines of CRLF before the header", "\r\n\r\n" + written(mpg, lineterminator="\r\n"), "drv")
keep_csv("NAN is a text", "x,y\n" + "NAN,0\n1.5,1\n+nan,1\n" * 20, "y")
keep_csv("names that differ by case", "a,A,b\n1,2,3\n4,5,6\n")
refuse("Latin-1 in the header", "Größe,y\n1,0\n2,1\n", "header is not UTF-8", encoding="latin-1")
for name, text, says in [
    ("CR LF after LF", "a,b\n1,x\n2,y\r\n3,z\n", "line 3 ends with CR LF, and the lines before it with LF"),
    ("LF after CR LF", "a,b\r\n1,x\r\n2,y\n", "line 3 ends with LF, and the lines before it with CR LF"),
    ("CR in a value", "a,b\n1,x\ry\n2,z\n", "line 2 ends with CR, and the lines before it with LF"),
]:
    refuse(name, text, says)


def keep_files(name, files, frame=None, says=None, path=None):
    """Files below a folder of their own, which is read, or what is at a path in it."""
    root = folder / f"{len(cases):03}"
    for file, content in files.items():
        (root / file).parent.mkdir(parents=True, exist_ok=True)
        if isinstance(content, pa.Table):
            parquet.write_table(content, root / file)
        elif isinstance(content, Path):
            (root / file).symlink_to(content)
        else:
            (root / file).write_text(content)
    keep(name, f"{root.name}/{path}" if path else root.name, frame, refused=says)


table = pa.Table.from_pandas(two, preserve_index=False)
nines = pa.table({"a": [9, 9], "b": [9, 9]})
LINES = {"csv": written, "jsonl": lambda frame: frame.to_json(orient="records", lines=True), "parquet": lambda frame: pa.Table.from_pandas(frame, preserve_index=False)}
for form, write in LINES.items():
    for sign in ["[1]", "*", "?"]:
        files = {f"x{sign}.{form}": write(two), f"x1.{form}": write(two * 9)}
        keep_files(f"{form}: a name with {sign}", files, two, path=f"x{sign}.{form}")
    keep_files(f"{form}: a folder whose name is a pattern", {f"x[1]/a.{form}": write(two), f"x1/a.{form}": write(two * 9)}, two, path="x[1]")
    keep_files(f"{form}: a file in a folder that is named as its column", {f"a=9/x.{form}": write(two)}, two, path=f"a=9/x.{form}")
    keep_files(f"{form}: files in a folder that is named as their column", {f"a=9/x.{form}": write(two), f"a=9/z.{form}": write(two)}, pd.concat([two, two], ignore_index=True), path="a=9")
    keep_files(f"{form}: one partition", {f"k=1/x.{form}": write(two)}, two.assign(k=1))
    keep_files(f"{form}: links to files and folders", {f"there/x.{form}": write(two), f"data/a.{form}": Path(f"../there/x.{form}"), "data/sub": Path("../there"), "data/round": Path(".")}, pd.concat([two, two], ignore_index=True), path="data")
for form in ["jsonl", "parquet"]:
    keep_files(f"{form}: partitions below a folder that is named as a column", {f"a=9/k=1/x.{form}": LINES[form](two)}, says="column a has the name of a folder above", path="a=9")
    keep_files(f"{form}: names that differ by case from file to file", {f"1.{form}": LINES[form](two), f"2.{form}": LINES[form](two.rename(columns={"a": "A"}))}, says="only by upper and lower case")
keep_files("CSV with other delimiters", {"1.csv": written(two), "2.csv": written(two, sep=";")}, says="2.csv has the header a;b, which has no column in common with .*1.csv: a,b")
keep_files("CSV without a header in the second file", {"1.csv": written(two), "2.csv": two.to_csv(index=False, header=False)}, says="has the header 1,2, which has no column in common")
keep_files("CSV with names that differ by case", {"1.csv": written(two), "2.csv": written(two.rename(columns={"a": "A"}))}, pd.DataFrame({"a": [1, 3, None, None], "b": [2, 4] * 2, "A": [None, None, 1, 3]}))

for rows in [60, 120_000]:
    counted = np.arange(rows)
    cased = pd.DataFrame({"A_1": counted * 4, "a": counted, "A": counted * 2, "A_1_1": counted * 3, "": counted * 5})
    keep_parquet(f"Parquet, names that differ by case, {rows}", cased)
    refuse_table = pa.table([pa.array(counted), pa.array(counted * 2)], names=["a", "a"])
    file = f"{len(cases):03}.parquet"
    parquet.write_table(refuse_table, folder / file)
    keep(f"Parquet, a name twice, {rows}", file, None, refused="column a occurs more than once")
    inside = pa.table({"s": pa.array([{"B": 1, "A_1": 2}] * rows), "a": pa.array(counted), "b": pa.array(counted)})
    file = f"{len(cases):03}.parquet"
    parquet.write_table(inside.drop_columns("s"), folder / file)
    keep(f"Parquet, beside nested names, {rows}", file, pd.DataFrame({"a": counted, "b": counted}))
for kind, values, says in [
    ("decimals of 50 digits", pa.array([decimal.Decimal("1234567890.1234")] * 9, pa.decimal256(50, 4)), "decimals of more than 38 digits"),
    ("bytes", pa.array([b"a"] * 9), "holds bytes"),
    ("times of day", pa.array([1] * 9, pa.time32("s")), "holds times of day"),
]:
    file = f"{len(cases):03}.parquet"
    parquet.write_table(pa.table({"x": values}), folder / file)
    keep(f"Parquet, {kind}", file, None, refused=says)

twins = {"t": ["10-11-12", "1-2-3"] * 9, "t_1": ["2001-02-03", "x"] * 9}
keep_json("JSON lines, a key that looks numbered by the engine", pd.DataFrame(twins))
sparse = pd.DataFrame([{f"k{(row * 7 + at) % 300}": row + at for at in range(5)} for row in range(300)])
file = f"{len(cases):03}.jsonl"
write_text(file, "\n".join(json.dumps({name: int(value) for name, value in row.dropna().items()}) for _, row in sparse.iterrows()) + "\n")
keep("JSON lines with few keys in common", file, sparse)
refuse("JSON lines, keys that differ by case", '{"a": 1, "A": 2, "A_1": 3}\n' * 9, "only by upper and lower case", suffix="jsonl")
refuse("JSON lines, a key without a name", '{"": 1, "a": 2}\n' * 9, "has an empty name", suffix="jsonl")
refuse("a JSON array in place of lines", '[{"a": 1},\n{"a": 2}]\n', "one JSON array, not one object per line", suffix="jsonl")

(folder / "expected.json").write_text(json.dumps(cases, allow_nan=False))
print(len(cases))
