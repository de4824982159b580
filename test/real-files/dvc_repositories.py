"""DVC repositories as teams have them, made by the real dvc, with the bytes that its pull brings: dvc_repositories.py <folder>"""

import json

from dvc_maker import cases, folder, git, make, write

STAGE = """\
    stages:
      prepare:
        cmd: mkdir -p out && cat raw.csv > out/a.csv && cat raw.csv raw.csv > "out/b c.csv"
        deps: [raw.csv]
        outs: [out]
    """
CHAIN = """\
    stages:
      one:
        cmd: python3 -c "print(open('raw.csv').read() * ${times})" > one.csv
        deps: [raw.csv]
        params: [times]
        outs: [one.csv]
      two:
        cmd: cp one.csv two.csv && echo '{"n":1}' > m.json && echo '{"n":2}' > kept.json
        deps: [one.csv]
        outs: [two.csv]
        metrics:
          - m.json:
              cache: false
          - kept.json
    """
FOREACH = """\
    vars: [{ends: {first: csv}}]
    stages:
      part:
        foreach: [de, fr, "n l"]
        do:
          cmd: cp raw.csv "part-${item}.${ends.first}"
          deps: [raw.csv]
          outs: ["part-${item}.${ends.first}"]
      grid:
        matrix:
          size: [1, 2]
          kind: [x, y]
        cmd: echo ${item.kind}${item.size} > grid-${item.kind}${item.size}.txt
        outs: ["grid-${item.kind}${item.size}.txt"]
    """
TREE = {"data/a.csv": "1\n", "data/deep/er/b.csv": "2\n", "data/deep/c.bin": bytes(range(256)) * 50, "data/.hidden": "h\n"}

make("a file", {"a.csv": "x\n1\n"}, add=["a.csv"])
make("an empty file", {"a.csv": ""}, add=["a.csv"])
make("a folder", TREE, add=["data"])
make("a folder with an empty file and twins", {"data/a": "", "data/b": "t\n", "data/c/b": "t\n"}, add=["data"])
make("300 files", {f"data/{n % 17}/{n}.txt": f"{n}\n" for n in range(300)}, add=["data"])
make("letters of all the world", {"dätä/東京.csv": "1\n", "dätä/naïve 🚗.csv": "2\n", "Ünï.bin": b"\x00\xff"}, add=["dätä", "Ünï.bin"])
make("a name in decomposed letters", {"data/u\u0308ber.csv": "1\n"}, add=["data"])
make("spaces, quotes and signs", {"my data/it's (1) [x] {y}.csv": "1\n", "my data/#1 & 50%.csv": "2\n", "a+b=c,d;e.csv": "3\n"}, add=["my data", "a+b=c,d;e.csv"])
make("names that look like YAML", {"data/true": "1\n", "data/1.0": "2\n", "data/null": "3\n", "2001-02-03": "4\n", "0x10": "5\n"}, add=["data", "2001-02-03", "0x10"])
make("names that begin with a dash and a dot", {"data/-x": "1\n", ".secret.bin": "2\n"}, add=["data", ".secret.bin"])
make("line ends of Windows", {"a.csv": b"x\r\n1\r\n", "data/b.csv": b"y\r\n2\r\n"}, add=["a.csv", "data"])
make("a .dvc file in a folder", {"models/eta/big.bin": bytes(70_000), "models/eta/small.txt": "s\n"}, add=["models/eta/big.bin", "models/eta/small.txt"])
make("a stage with a folder", {"raw.csv": "1\n2\n", "dvc.yaml": STAGE}, reproduce=True)
make("stages with params, a metric in Git and one in the cache", {"raw.csv": "1\n", "params.yaml": "times: 3\n", "dvc.yaml": CHAIN}, reproduce=True)
make("foreach, matrix and vars", {"raw.csv": "1\n", "dvc.yaml": FOREACH}, reproduce=True)
make("two pipelines in folders", {f"{one}/{name}": text for one in ("p", "q r") for name, text in {"raw.csv": f"{one}\n", "dvc.yaml": STAGE}.items()}, prepare=lambda repo, root: [repo.reproduce(targets=[str(root / one / "dvc.yaml")]) for one in ("p", "q r")])
make("hard links", TREE, add=["data"], config={"cache": {"type": "hardlink,copy"}})
make("symbolic links", TREE, add=["data"], config={"cache": {"type": "symlink"}})
make("a shared cache elsewhere", TREE, add=["data"], config={"cache": {"dir": "BASE/shared"}})
make("a project in a folder", {"data/a.csv": "1\n", "b.csv": "2\n"}, add=["data", "b.csv"], subdir="ml/eta")
make("a second remote", {"a.csv": "1\n", "b.csv": "2\n"}, add=["a.csv", "b.csv"], config={"remote": {"other": {"url": "BASE/other"}}},
     before=lambda repo, root: (root / "b.csv.dvc").write_text((root / "b.csv.dvc").read_text().rstrip("\n") + "\n  remote: other\n"))
make(".dvcignore", {**TREE, "data/x.tmp": "t\n", ".dvcignore": "*.tmp\n"}, add=["data"], before=lambda repo, root: (root / "data" / "x.tmp").unlink())
make("a program", {"run.sh": "#!/bin/sh\n", "bin/tool": "#!/bin/sh\n"}, add=["run.sh", "bin"], prepare=lambda repo, root: [(root / one).chmod(0o755) for one in ("run.sh", "bin/tool")])
make("a description, meta and a comment", {"a.csv": "1\n"}, add=["a.csv"], before=lambda repo, root: (root / "a.csv.dvc").write_text("# by hand\n" + (root / "a.csv.dvc").read_text() + "desc: 'the first: table'\nmeta: {owner: team, n: [1, 2]}\n"))
make("wdir", {"sub/a.csv": "1\n"}, add=["sub/a.csv"], before=lambda repo, root: ((root / "above.dvc").write_text("wdir: sub\n" + (root / "sub" / "a.csv.dvc").read_text()), (root / "sub" / "a.csv.dvc").unlink()))
make("an import of a file", {"source.txt": "s\n"}, prepare=lambda repo, root: repo.imp_url(str(root / "source.txt"), out=str(root / "copy.txt")))
make("a frozen stage and an output that persists", {"raw.csv": "1\n", "dvc.yaml": STAGE.replace("outs: [out]", "frozen: false\n        outs: [{out: {persist: true}}]")}, reproduce=True)
make("changed and changed back", {"a.csv": "1\n", "data/x": "1\n"}, add=["a.csv", "data"], before=lambda repo, root: [(write(root, {"a.csv": text, "data/x": text}), repo.add([str(root / "a.csv"), str(root / "data")])) for text in ("2\n", "1\n")])
make("a pointer named like a folder beside it", {"foo/a.csv": "1\n", "bar.csv": "2\n"}, add=["foo/a.csv", "bar.csv"], before=lambda repo, root: (root / "bar.csv.dvc").rename(root / "foo.dvc"))
make("data in a folder of packages", {"node_modules/p/a.csv": "1\n"}, add=["node_modules/p/a.csv"])
make("pointers that Git ignores", {"a.csv": "1\n"}, add=["a.csv"], before=lambda repo, root: (
    write(root, {name: "outs: [no pointer]\n" for name in ("own.dvc", "venv/lib/x.dvc", "venv/dvc.yaml")}),
    (root / ".gitignore").write_text((root / ".gitignore").read_text() + "/own.dvc\nvenv/\n"), git(root, "add", "--force", "own.dvc", "venv")))

(folder / "expected.json").write_text(json.dumps(cases))
print(len(cases))
