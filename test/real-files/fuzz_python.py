"""Random Python files, and what DVC's own reader makes of each: fuzz_python.py <folder> <seed> <count>"""

import json
import random
import sys
import warnings
from pathlib import Path

from dvc.utils.serialize import parse_py

warnings.simplefilter("ignore")
folder, seed, count = Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
draw = random.Random(seed)
pick = draw.choice

NUMBERS = ["0", "7", "10", "1_000", "0x1F", "0XfF_0", "0b101", "0o17", "00", "0_0", "1.", ".5", "1E-7", "1.e-3", "1_0.2_5e1_0", "1e400",
           "12345678901234567890123", "1j", "2.5J", "5e-324", "1e16", "123456789.125", "01", "1__0", "1_", "0b2", "1.5.2", "1e", "1.real",
           "09.5", "3if 1 else 2", "0.0"]
PARTS = ["a", "é", "😀", " ", "\\n", "\\t", "\\\\", "\\'", '\\"', "\\x41", "\\u00e9", "\\U0001f600", "\\101", "\\0", "\\777", "\\q", "\\x4",
         "\\u12", "#", ":", "\\\n", "%s", "\\8", "\t"]
OTHERS = ["None", "True", "False", "...", "set()", "set( )", "x", "a.b", "f(1)", "dict(a=1)", "-x", "not 1", "lambda: 1", "[x for x in y]",
          "{**a}", "a[0]", "frozenset()", "{x: 1 for x in y}", "(y:=1)", "1 if a else 2", "f'{x}'", "'a' f'b'"]
TARGETS = ["self.x", "obj.x", "(a)", "a, b", "a = b", "a: int", "self.y: float", "x[0]", 'a: "int"', "f()", "None", "[a]", "a.b.c",
           "self.a.b", "(self.z)", "self . w", "a: list[int]", "lambda", "1"]
LINES = ["import os\n", "from a import b\n", "x += 1\n", '"""doc"""\n', "# c\n", "\n", "pass\n", "print(1)\n", 'print "x"\n', "del x\n",
         "return\n", "  y = 1\n", "<<<<<<< HEAD\n", "a <> b\n", "x: int\n", "a.b = c\n", "if a: b = 1\n", "\tz = 1\n", "a; b = 2; c\n",
         'x = """a\n  b"""\n', "x = [\n1,\n]\n", "try:\n pass\n", "for i in x: pass\n"]


def string():
    quote, prefix = pick(['"', "'", '"""', "'''"]), pick(["", "", "", "r", "R", "u", "b", "rb", "bR", "ub", "x"])
    return prefix + quote + "".join(pick(PARTS) for _ in range(draw.randint(0, 4))) + quote


def strings():
    return " ".join(string() for _ in range(pick([1, 1, 1, 2, 3])))


def space():
    return pick([""] * 8 + [" ", "\n ", "# c\n", "\\\n", "\t"])


def expression(depth):
    if draw.random() < 0.15:
        return pick(["-", "+", "- ", "-(", "+-", "~"]) + pick(NUMBERS)
    if draw.random() < 0.05:
        return pick(NUMBERS) + pick(["+", "-", " + ", "*"]) + pick(NUMBERS)
    kind = draw.random()
    if kind < 0.3 or depth == 0:
        return pick(NUMBERS)
    if kind < 0.5:
        return strings()
    if kind < 0.6:
        return pick(OTHERS)
    items = [expression(depth - 1) for _ in range(draw.randint(0, 3))]
    form = pick(["[]", "()", "{}", "one", "map"])
    if form == "one":
        return f"({expression(depth - 1)})"
    if form == "map":
        items = [pick([expression(0), strings(), pick(NUMBERS)]) + space() + ":" + space() + item for item in items]
        form = "{}"
    return form[0] + space() + (space() + "," + space()).join(items) + (pick(["", "", ","]) if items else "") + form[1]


def name():
    return pick(["a", "b", "lr", "_x", "é", "ﬁ", "match", "type", "self"])


def block(indent, depth):
    return "".join(statement(indent, depth) for _ in range(draw.randint(1, 3)))


def statement(indent, depth):
    kind = draw.random()
    if kind < 0.65 or depth == 0:
        tail = pick([""] * 10 + [",", ", 1", " # c", ";", "; q = 1", " 2", " +"])
        return f"{indent}{pick([name()] * 15 + TARGETS)} = {expression(2)}{tail}\n"
    if kind < 0.75:
        return f"{indent}{pick(['', f'@dec{chr(10)}{indent}'])}class {name()}{pick(['', '()', '(B, m=C)'])}:\n{block(indent + '  ', depth - 1)}"
    if kind < 0.85:
        start = f"{pick(['', '', 'async '])}def {pick(['__init__', '__init__', 'f'])}(self){pick(['', ' -> None'])}"
        return f"{indent}{start}:\n{block(indent + '    ', depth - 1)}"
    return indent + pick(LINES)


def shown(value):
    """The kinds of values that JSON has not, by their names."""
    if isinstance(value, (set, bytes, complex)) or value is Ellipsis:
        return {"other": True}
    if isinstance(value, tuple):
        return {"tuple": [shown(item) for item in value]}
    if isinstance(value, list):
        return [shown(item) for item in value]
    if isinstance(value, dict):
        plain = all(key is None or isinstance(key, (str, int, float)) for key in value)
        if not plain or len({str(key) for key in value}) < len(value):
            return {"other": True}
        return {"map": [[key if isinstance(key, str) else {"key": str(key)}, shown(item)] for key, item in value.items()]}
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return value
    return {"number": repr(value)}


def read(text):
    try:
        return {"value": shown(parse_py(text, "p.py"))}
    except Exception:  # Whatever it is, DVC stops.
        return None


cases = []
for _ in range(count):
    text = "".join(statement("", 2) for _ in range(pick([1, 1, 1, 2, 3])))
    damaged = draw.random() < 0.15
    if damaged:
        at = draw.randrange(len(text))
        text = text[:at] + pick(["", " ", '"', "'", "(", ")", "\n", "#", ",", "=", ".", "_"]) + text[at + 1 :]
    cases.append({"text": text, "damaged": damaged, "read": read(text)})
(folder / "expected.json").write_text(json.dumps(cases))
