"""The documentation tells the truth: its commands run, its links lead somewhere.

In every ``console`` block each line ``$ speciosa ...`` is run as written. Lines after it are its
output, and must be found in this order; a line ``...`` stands for any number of lines. A block
whose command fails on purpose says so with a last line ``(exit code 2)``.
"""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

import pytest

ROOT = Path(__file__).parents[2]
PAGES = [
    *sorted(ROOT.glob("*.md")),
    *sorted((ROOT / "docs").rglob("*.md")),
    *sorted((ROOT / "benchmarks").glob("*.md")),
    *sorted((ROOT / "examples").glob("*.md")),
]


class Example(NamedTuple):
    """One command of a page and the output that the page shows for it."""

    page: Path
    command: str
    shown: list[str]
    exit_code: int


def examples(page: Path) -> list[Example]:
    found = []
    for block in re.findall(r"^```console\n(.*?)^```", page.read_text("utf-8"), re.M | re.S):
        for part in re.split(r"^\$ ", block, flags=re.M)[1:]:
            command, *shown = part.rstrip("\n").split("\n")
            code = 0
            if shown and (ending := re.fullmatch(r"\(exit code (\d)\)", shown[-1])):
                code = int(ending[1])
                shown.pop()
            found.append(Example(page, command, shown, code))
    return found


EXAMPLES = [example for page in PAGES for example in examples(page)]


def in_order(shown: list[str], printed: list[str]) -> bool:
    """Whether the shown lines are the printed ones, with ``...`` for any run of lines."""
    if not shown:
        return not printed
    if shown[0] == "...":
        return any(in_order(shown[1:], printed[i:]) for i in range(len(printed) + 1))
    return bool(printed) and shown[0] == printed[0] and in_order(shown[1:], printed[1:])


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda e: f"{e.page.name}: {e.command}"[:80])
def test_the_command_does_what_the_page_shows(example: Example, tmp_path: Path):
    program, *arguments = shlex.split(example.command)
    assert program == "speciosa", "only the command line is run from a page"
    arguments = [str(tmp_path / a) if a.startswith("out/") else a for a in arguments]
    done = subprocess.run(
        [sys.executable, "-m", "speciosa", *arguments],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        cwd=ROOT,
    )
    assert done.returncode == example.exit_code, done.stderr
    if example.shown:
        printed = [line.rstrip() for line in (done.stdout + done.stderr).rstrip().split("\n")]
        assert in_order(example.shown, printed), "\n".join(printed)


def test_there_are_examples_of_every_command():
    told = " ".join(example.command for example in EXAMPLES)
    for command in ("assess", "law", "score", "sources", "schema", "knowledge check"):
        assert f"speciosa {command}" in told


@pytest.mark.parametrize("page", PAGES, ids=lambda p: str(p.relative_to(ROOT)))
def test_every_link_of_the_page_leads_somewhere(page: Path):
    text = re.sub(r"^```.*?^```", "", page.read_text("utf-8"), flags=re.M | re.S)
    for target in re.findall(r"\]\(([^)#\s]+)(?:#[^)]*)?\)", text):
        if "://" not in target:
            assert (page.parent / target).exists(), f"{page.name} links to {target}"


def test_the_python_example_of_the_readme_runs():
    blocks = re.findall(
        r"^```python\n(.*?)^```", (ROOT / "README.md").read_text("utf-8"), re.M | re.S
    )
    assert blocks
    for block in blocks:
        done = subprocess.run(
            [sys.executable, "-c", block],
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
            cwd=ROOT,
        )
        assert done.returncode == 0, done.stderr
        assert done.stdout.strip()


@pytest.mark.parametrize("page", PAGES, ids=lambda p: str(p.relative_to(ROOT)))
def test_no_page_names_a_machine(page: Path):
    assert not re.search(r"(/work/|/tmp/|/root/|/home/\w|\.\./shared)", page.read_text("utf-8"))
