"""Golden measures of texts, from unicodedata and SciPy: python text-measures.py > text-measures.json"""

import json
import sys
import unicodedata
from collections import Counter

import numpy as np
import scipy
from scipy.stats import ks_2samp

random = np.random.default_rng(11)
SYLLABLES = ["ka", "lo", "mi", "nü", "re", "sa", "to", "vé"]
LEXICON = ["".join(random.choice(SYLLABLES, random.integers(1, 5))) for _ in range(300)]
ZIPF = 1 / np.arange(1, 301)


def text(share_other):
    words = []
    for _ in range(random.integers(3, 15)):
        word = LEXICON[random.choice(300, p=ZIPF / ZIPF.sum())]
        if random.random() < share_other:
            word = "x" + word + str(random.integers(0, 100))
        words.append(word.capitalize() if random.random() < 0.2 else word)
    return ("— " if random.random() < 0.1 else "") + random.choice([" ", ", "]).join(words) + random.choice([".", "!", " 42", ""])


def categories(sentence, accepted):
    return sum(unicodedata.category(character) in accepted for character in sentence)


def words_of(sentence):
    found, word = [], ""
    for character in sentence.lower() + " ":
        if unicodedata.category(character)[0] in "LMN":
            word += character
        elif word:
            found.append(word)
            word = ""
    return found


def share(part, whole):
    return part / whole if whole else None


def measures(sentence):
    size = len(sentence)
    return {
        "length": size,
        "words": len(words_of(sentence)),
        "digits": share(categories(sentence, {"Nd"}), size),
        "upper-case": share(categories(sentence, {"Lu"}), size),
        "punctuation": share(categories(sentence, {"Pc", "Pd", "Ps", "Pe", "Pi", "Pf", "Po"}), size),
        "non-ascii": share(sum(ord(character) > 127 for character in sentence), size),
    }


ODD = ["", "   ", "日本語 テスト", "Ça va? ÉTÉ 2001-01-01", "😀 a😀", "don't", "٣٤ items", "a\tb\nc", "ǅ _x_ §"]
reference = [text(0) for _ in range(250)]
windows = {"same": [text(0) for _ in range(200)], "shifted": [text(0.5) for _ in range(200)]}
rows = Counter(word for sentence in reference for word in set(words_of(sentence)))


def unknown(sentence, least):
    found = words_of(sentence)
    return share(sum(rows[word] < least for word in found), len(found))


def column(sentences, name, least):
    values = [unknown(one, least) if name == "unknown-words" else measures(one)[name] for one in sentences]
    return [value for value in values if value is not None]


# A row of the reference has its own words: two other rows make three.
tests = {
    window: {
        name: dict(zip(("statistic", "pValue"), map(float, ks_2samp(column(reference, name, 3), column(now, name, 2)))))
        for name in [*measures("a"), "unknown-words"]
    }
    for window, now in windows.items()
}
json.dump(
    {
        "versions": {"numpy": np.__version__, "scipy": scipy.__version__, "unicode": unicodedata.unidata_version},
        "odd": [{"text": one, "measures": measures(one)} for one in ODD],
        "reference": reference,
        "windows": windows,
        "unknown": {
            "reference": [unknown(one, 3) for one in reference],
            "shifted": [unknown(one, 2) for one in windows["shifted"]],
        },
        "tests": tests,
    },
    sys.stdout,
    ensure_ascii=False,
)
