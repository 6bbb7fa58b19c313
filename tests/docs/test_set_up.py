"""One line sets everything up: the lock, run.py, the README and CI agree."""

from __future__ import annotations

import ast
import importlib.util
import re
import subprocess
import sys
import tomllib
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).parents[2]
LOCK = (ROOT / "requirements.lock").read_text("utf-8")
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]


@pytest.fixture
def run_py(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """``run.py`` as a module whose project lies in an empty folder."""
    specification = importlib.util.spec_from_file_location("run_py", ROOT / "run.py")
    assert specification
    assert specification.loader
    module = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(module)
    venv = tmp_path / ".venv"
    for name, path in {
        "ROOT": tmp_path,
        "VENV": venv,
        "BIN": venv / "bin",
        "PYTHON": venv / "bin" / "python",
        "STAMP": venv / "speciosa-setup.txt",
        "LOCK": tmp_path / "requirements.lock",
    }.items():
        monkeypatch.setattr(module, name, path)
    (tmp_path / "requirements.lock").write_text("one", "utf-8")
    (tmp_path / "pyproject.toml").write_text("two", "utf-8")
    return module


def made(run_py: ModuleType, monkeypatch: pytest.MonkeyPatch, **answers: bool) -> list[str]:
    """The steps that ``make_environment`` takes when the machine answers like this."""
    steps: list[str] = []

    def step(name: str, answer: object) -> None:
        def called() -> object:
            steps.append(name)
            return answer

        monkeypatch.setattr(run_py, name, called)

    monkeypatch.setattr(run_py, "has_pip", lambda: answers["has_pip"])
    monkeypatch.setattr(run_py, "is_whole", lambda: answers.get("is_whole", True))
    step("install", True)
    step("create", None)
    run_py.VENV.mkdir(exist_ok=True)
    run_py.make_environment()
    return steps


def test_a_fresh_clone_gets_an_environment(run_py, monkeypatch):
    assert made(run_py, monkeypatch, has_pip=False) == ["create", "install"]


def test_a_second_run_does_nothing(run_py, monkeypatch):
    made(run_py, monkeypatch, has_pip=False)
    assert made(run_py, monkeypatch, has_pip=True) == []


def test_a_new_lock_updates_the_environment(run_py, monkeypatch):
    made(run_py, monkeypatch, has_pip=False)
    run_py.LOCK.write_text("another", "utf-8")
    assert made(run_py, monkeypatch, has_pip=True) == ["install"]


def test_a_half_made_environment_is_made_anew(run_py, monkeypatch):
    assert made(run_py, monkeypatch, has_pip=True, is_whole=False) == [
        "install",
        "create",
        "install",
    ]


def test_a_python_that_is_gone_is_noticed(run_py):
    assert not run_py.has_pip()
    run_py.BIN.mkdir(parents=True)
    run_py.PYTHON.write_text("not a program", "utf-8")
    run_py.PYTHON.chmod(0o755)
    assert not run_py.has_pip()


def test_a_machine_without_ensurepip_is_told_what_to_do(run_py, monkeypatch):
    monkeypatch.setattr(run_py.importlib.util, "find_spec", lambda _: None)
    with pytest.raises(run_py.SetupError, match="apt-get install python3-venv"):
        run_py.create()


def test_exit_codes_are_passed_through(run_py):
    assert run_py.run(sys.executable, "-c", "raise SystemExit(7)") == 7
    assert run_py.run(sys.executable, "-c", "import os; os.kill(os.getpid(), 15)") == 143


@pytest.mark.parametrize("arguments", [["frobnicate"], [], ["example", "more"]])
def test_an_unknown_task_is_an_error_with_the_usage(arguments: list[str]):
    done = subprocess.run(
        [sys.executable, "run.py", *arguments],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2
    assert "python3 run.py example" in done.stderr


def test_run_py_needs_the_standard_library_only():
    tree = ast.parse((ROOT / "run.py").read_text("utf-8"))
    names = {a.name for n in ast.walk(tree) if isinstance(n, ast.Import) for a in n.names}
    names |= {str(n.module) for n in ast.walk(tree) if isinstance(n, ast.ImportFrom)}
    assert {name.partition(".")[0] for name in names} <= sys.stdlib_module_names


# ------------------------------------------------------------------ the lock


def test_the_lock_names_no_index_and_no_machine():
    assert not re.search(r"https?://|file:|--(extra-)?index|--find-links|(^|\s)/", LOCK)


def test_every_package_of_the_lock_is_pinned_and_hashed():
    packages = [block for block in re.split(r"^(?=[A-Za-z0-9])", LOCK, flags=re.M) if block]
    assert len(packages) > 50
    for package in packages:
        assert re.match(r"[A-Za-z0-9._-]+(\[[a-z,]+\])?==\S+", package), package
        assert "--hash=sha256:" in package, package


def test_the_lock_holds_every_dependency_of_the_project():
    wanted = [*PROJECT["dependencies"]]
    wanted += [d for extra in PROJECT["optional-dependencies"].values() for d in extra]
    names = {re.split(r"[\[><=~! ]", requirement)[0].lower() for requirement in wanted}
    pinned = set(re.findall(r"^([A-Za-z0-9._-]+)==", LOCK, flags=re.M))
    assert {name.replace("_", "-") for name in names} - {"speciosa"} <= pinned


# ------------------------------------------------------------------ one command everywhere


def test_readme_and_ci_use_the_same_line():
    readme = (ROOT / "README.md").read_text("utf-8")
    assert "python3 run.py example" in readme
    assert "python3 run.py test" in readme
    assert "\npython3 run.py test\n" in (ROOT / ".ci" / "run").read_text("utf-8")
    assert (ROOT / ".ci" / "run").stat().st_mode & 0o111
