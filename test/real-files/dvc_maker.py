"""Makes DVC repositories with the real dvc, and says what its pull brings."""

import hashlib
import os
import subprocess
import sys
import textwrap
from pathlib import Path

os.environ |= {"DVC_NO_ANALYTICS": "1", "DVC_STUDIO_OFFLINE": "1", "GIT_CONFIG_GLOBAL": os.devnull}
folder = Path(sys.argv[1]).resolve()
os.environ["HOME"] = str(folder / "home")
os.environ["DVC_SITE_CACHE_DIR"] = str(folder / "home" / "site")

from dvc.repo import Repo  # noqa: E402  (reads the environment)

cases = []
NAME = ["-c", "user.name=test", "-c", "user.email=test@example.com", "-c", "init.defaultBranch=main"]
CONFIG = """\
    version: 1
    models:
      m:
        task: regression
        artifact: model.onnx
        data: { label: y }
        evaluate: { dataset: data }
        gate: { rules: [{ metric: rmse, max: 1 }] }
    """


def git(where, *args):
    subprocess.run(["git", *NAME, *args], cwd=where, check=True, capture_output=True)


def write(root, files):
    for name, content in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else textwrap.dedent(content).encode())


def files_of(root):
    """What is there and not in Git: path, digest and whether it can be executed."""
    tracked = set(subprocess.run(["git", "ls-files", "-z"], cwd=root, check=True, capture_output=True).stdout.decode().split("\0"))
    found = {}
    for path in sorted(root.rglob("*")):
        name = path.relative_to(root).as_posix()
        if path.is_file() and name not in tracked and not {".git", "tmp", "cache"} & set(path.relative_to(root).parts):
            found[name] = [hashlib.sha256(path.read_bytes()).hexdigest(), bool(path.stat().st_mode & 0o100)]
    return found


def make(name, files, add=(), reproduce=False, config=None, subdir="", prepare=None, before=None):
    """A repository with a remote in a folder; its clone is pulled by dvc, another clone waits for ours."""
    number = len(cases)
    base = folder / f"{number:02}"
    origin, inside = base / "origin", base / "origin" / subdir
    inside.mkdir(parents=True)
    git(origin, "init", "--quiet", ".")
    with Repo.init(str(inside), subdir=bool(subdir)) as repo:
        with repo.config.edit() as edited:
            edited["core"] |= {"remote": "storage", "analytics": False, "check_update": False}
            edited["remote"]["storage"] = {"url": str(base / "remote")}
            for section, values in (config or {}).items():
                edited[section].update({key: value.replace("BASE", str(base)) if isinstance(value, str) else {k: v.replace("BASE", str(base)) for k, v in value.items()} for key, value in values.items()})
    write(inside, {**files, "tidegate.yaml": CONFIG})
    os.chdir(inside)
    with Repo(str(inside)) as repo:
        if prepare is not None:
            prepare(repo, inside)
        for target in add:
            repo.add(str(inside / target))
        if reproduce:
            repo.reproduce()
        if before is not None:
            before(repo, inside)
        repo.push()
    git(origin, "add", "--all")
    git(origin, "commit", "--quiet", "--message", "data")
    for clone in ("theirs", "ours"):
        git(base, "clone", "--quiet", str(origin), clone)
    os.chdir(base / "theirs" / subdir)
    with Repo(".") as repo:
        repo.pull()
    cases.append({"name": name, "workspace": f"{number:02}/ours", "subdir": subdir, "files": files_of(base / "theirs")})
