#!/usr/bin/env python3
"""Set the project up and run it: the one command of the README, of CI and of a new contributor.

    python3 run.py example           assess the example case and write its report
    python3 run.py test [ARGS ...]   the whole strict suite (ARGS go to pytest)
    python3 run.py setup             only make .venv
    python3 run.py lock              renew requirements.lock from pyproject.toml

Standard library only. Everything is installed into .venv beside this file, from the pinned and
hashed requirements.lock; a second run finds it unchanged and starts at once.
"""

from __future__ import annotations

import hashlib
import importlib.util
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
BIN = VENV / ("Scripts" if os.name == "nt" else "bin")
PYTHON = BIN / ("python.exe" if os.name == "nt" else "python")
STAMP = VENV / "speciosa-setup.txt"
LOCK = ROOT / "requirements.lock"
OLDEST = (3, 11)
EXAMPLE = "daily_leaf_two_years"

LOCK_COMMAND = (
    "uv pip compile pyproject.toml --extra dev --universal --python-version 3.11 "
    "--generate-hashes --no-emit-index-url --no-header --quiet --output-file requirements.lock"
)


class SetupError(Exception):
    """The machine lacks something; the message says what to do. Exit code 2."""


def main(arguments: list[str]) -> int:
    """Run one task and return its exit code."""
    task, rest = (arguments[0] if arguments else ""), arguments[1:]
    tasks = {"example": example, "test": test, "setup": setup, "lock": lock}
    if task not in tasks or (rest and task != "test"):
        print((__doc__ or "").strip(), file=sys.stderr)
        return 0 if task in {"-h", "--help", "help"} else 2
    try:
        make_environment()
        return tasks[task](rest)
    except SetupError as error:
        print(f"run.py: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        return 130


# ------------------------------------------------------------------ tasks


def example(_: list[str]) -> int:
    """Assess the example case: text to the terminal, the report as a web page."""
    page = ROOT / "out" / f"{EXAMPLE}.html"
    page.parent.mkdir(exist_ok=True)
    case = f"examples/{EXAMPLE}.yaml"
    say(f"assess {case}")
    code = run(tool("speciosa"), "assess", case, "--html", str(page.relative_to(ROOT)))
    if code == 0:
        say(f"the report is at {page}")
    return code


def test(pytest_arguments: list[str]) -> int:
    """Every check, even after one has failed; the exit code is that of the first failure."""
    steps: list[tuple[str, tuple[str, ...]]] = [
        ("format", (tool("ruff"), "format", "--check", ".")),
        ("lint", (tool("ruff"), "check", ".")),
        ("types", (tool("mypy"),)),
        ("layers", (tool("lint-imports"),)),
        ("knowledge", (tool("speciosa"), "knowledge", "check")),
        ("tests", (str(PYTHON), "-m", "pytest", "-n", "2", *pytest_arguments)),
    ]
    failed: dict[str, int] = {}
    for name, command in steps:
        say(f"test: {name}")
        began = time.monotonic()
        code = run(*command)
        say(f"test: {name} {'passed' if code == 0 else 'FAILED'} ({since(began)})")
        if code != 0:
            failed[name] = code
    if failed:
        say(f"FAILED: {', '.join(failed)}")
        return next(iter(failed.values()))
    say("all checks passed")
    return 0


def setup(_: list[str]) -> int:
    """Nothing more than the environment, which every task makes first."""
    say(f"ready: {PYTHON}")
    return 0


def lock(_: list[str]) -> int:
    """Resolve pyproject.toml anew; commit the result."""
    return run(tool("uv"), *LOCK_COMMAND.split()[1:], "--upgrade")


# ------------------------------------------------------------------ the environment


def make_environment() -> None:
    """Create or complete .venv, unless it already fits the lock and the project file."""
    wanted = fingerprint()
    if STAMP.is_file() and STAMP.read_text(encoding="utf-8") == wanted and has_pip():
        return
    if has_pip():
        if install() and is_whole():
            STAMP.write_text(wanted, encoding="utf-8")
            return
        say("the environment could not be completed; making it anew")
    create()
    if not install():
        raise SetupError(
            "the packages of requirements.lock could not be installed; pip's message is above. "
            "Is a package index reachable?"
        )
    STAMP.write_text(wanted, encoding="utf-8")


def fingerprint() -> str:
    """What the environment was made from: another lock, Python or folder makes it stale."""
    digest = hashlib.sha256()
    for path in (LOCK, ROOT / "pyproject.toml"):
        digest.update(path.read_bytes())
    return f"{digest.hexdigest()} python {sys.version.split()[0]} in {ROOT}\n"


def has_pip() -> bool:
    """Whether .venv holds a working interpreter of this very Python, with pip."""
    if not PYTHON.exists():
        return False
    probe = "import pip, sys; print(sys.version.split()[0], sys.prefix)"
    try:
        found = subprocess.run(
            [str(PYTHON), "-c", probe],
            capture_output=True,
            text=True,
            check=False,
            env=clean_environment(),
        )
    except OSError:
        return False
    expected = f"{sys.version.split()[0]} {VENV}"
    return found.returncode == 0 and found.stdout.strip() == expected


def is_whole() -> bool:
    """Whether every file that the packages brought is still there (pip does not look)."""
    probe = (
        "from importlib.metadata import distributions\n"
        "lost = [f for d in distributions() for f in d.files or ()"
        " if f.suffix in {'.py', '.so', '.pyd'} and not f.locate().exists()]\n"
        "raise SystemExit(bool(lost))"
    )
    return run(str(PYTHON), "-c", probe) == 0


def create() -> None:
    """Make an empty .venv, whatever was there before."""
    if importlib.util.find_spec("ensurepip") is None:
        raise SetupError(
            "this Python cannot make a virtual environment (ensurepip is missing). On Debian or "
            "Ubuntu: apt-get install python3-venv. Or use a Python from python.org."
        )
    say("make .venv")
    if VENV.is_symlink() or VENV.is_file():
        raise SetupError(f"{VENV} is a file or a link; move it away")
    if run(sys.executable, "-m", "venv", "--clear", str(VENV)) != 0:
        raise SetupError("the virtual environment could not be made; the message is above")


def install() -> bool:
    """Install the pinned packages, then the project itself without asking for more."""
    began = time.monotonic()
    say("install the pinned packages (the first time takes a minute or two)")
    pip = (str(PYTHON), "-m", "pip", "--disable-pip-version-check", "install", "--quiet")
    done = run(*pip, "--require-hashes", "-r", str(LOCK)) == 0
    if done:
        say("install the project")
        done = run(*pip, "--no-deps", "--no-build-isolation", "-e", str(ROOT)) == 0
    if done:
        say(f"installed ({since(began)})")
    return done


# ------------------------------------------------------------------ running


def tool(name: str) -> str:
    """Path of a command of the environment."""
    found = shutil.which(name, path=str(BIN))
    if found is None:
        raise SetupError(f"{name} is missing in {VENV}; delete that folder and try again")
    return found


def run(*command: str) -> int:
    """Run a command in the project's folder; its exit code, as a shell would give it."""
    code = subprocess.run(command, cwd=ROOT, env=clean_environment(), check=False).returncode
    return code if code >= 0 else 128 - code


def clean_environment() -> dict[str, str]:
    """The caller's environment without what would mix another Python in."""
    kept = {k: v for k, v in os.environ.items() if k not in {"PYTHONHOME", "PYTHONPATH"}}
    return {**kept, "VIRTUAL_ENV": str(VENV), "PATH": f"{BIN}{os.pathsep}{kept.get('PATH', '')}"}


def say(message: str) -> None:
    """One line of progress, apart from the output of the commands."""
    print(f"[run.py] {message}", file=sys.stderr, flush=True)


def since(began: float) -> str:
    """Seconds since a moment, in words."""
    return f"{time.monotonic() - began:.1f} s"


def newer_python() -> str:
    """The name of a Python on this machine that is new enough, or an empty text."""
    names = [f"python3.{minor}" for minor in range(20, OLDEST[1] - 1, -1)]
    return next((name for name in names if shutil.which(name)), "")


if __name__ == "__main__":
    if sys.version_info < OLDEST:
        other = newer_python()
        print(
            f"run.py: this is Python {sys.version.split()[0]}; Speciosa needs 3.11 or newer. "
            + (f"Try: {other} run.py" if other else "Install one from python.org."),
            file=sys.stderr,
        )
        sys.exit(2)
    sys.exit(main(sys.argv[1:]))
