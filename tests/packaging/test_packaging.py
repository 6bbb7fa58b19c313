"""The container file, its locks and the systemd unit, as far as they can be checked unbuilt."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PACKAGING = ROOT / "packaging"
INSTRUCTIONS = {
    *("FROM", "ENV", "WORKDIR", "COPY", "RUN", "USER", "VOLUME", "EXPOSE", "STOPSIGNAL"),
    *("HEALTHCHECK", "ENTRYPOINT", "CMD"),
}


def pins(path: Path) -> dict[str, str]:
    found = re.findall(r"^([a-z0-9-]+)(?:\[[a-z,]+\])?==([^ \\;]+)", path.read_text("utf-8"), re.M)
    return dict(found)


def instructions() -> list[tuple[str, str]]:
    text = (PACKAGING / "Containerfile").read_text(encoding="utf-8")
    text = re.sub(r"^#.*\n", "", text, flags=re.M).replace("\\\n", " ")
    return [(line.split()[0], line.split(None, 1)[1]) for line in text.splitlines() if line.strip()]


@pytest.mark.parametrize("name", ["requirements.lock", "build.lock"])
def test_the_container_installs_the_versions_that_are_tested(name: str) -> None:
    tested, packed = pins(ROOT / "requirements.lock"), pins(PACKAGING / name)
    assert packed
    assert {k: v for k, v in packed.items() if tested.get(k) != v} == {}
    text = (PACKAGING / name).read_text(encoding="utf-8")
    assert len(re.findall(r"--hash=sha256:[0-9a-f]{64}", text)) >= len(packed)


def test_the_container_has_what_the_service_needs_and_no_tools_of_its_makers() -> None:
    packed = set(pins(PACKAGING / "requirements.lock"))
    assert {"fastapi", "uvicorn", "sqlalchemy", "alembic", "psycopg", "numpy", "numba"} <= packed
    assert not {"pytest", "playwright", "mypy", "schemathesis", "hatchling"} & packed


def test_the_container_file_is_of_known_instructions_and_copies_what_is_there() -> None:
    for word, rest in instructions():
        assert word in INSTRUCTIONS
        if word == "COPY" and not rest.startswith("--from"):
            for source in rest.split()[:-1]:
                assert (ROOT / source).exists(), source


def test_the_container_runs_without_rights() -> None:
    found = instructions()
    last = found[max(i for i, (word, _) in enumerate(found) if word == "FROM") :]
    assert ("USER", "10001:10001") in last
    user = last.index(("USER", "10001:10001"))
    assert not [word for word, _ in last[user:] if word in {"RUN", "COPY"}]
    assert any(word == "HEALTHCHECK" for word, _ in last)
    installs = [rest for word, rest in found if word == "RUN" and "pip install -" in rest]
    assert installs
    for rest in installs:
        for command in re.findall(r"pip install [^&]*", rest):
            assert "--require-hashes" in command or "--no-deps" in command


@pytest.fixture
def unit(tmp_path: Path) -> Path:
    """The unit with a program that is there, so that the rest of it is checked."""
    if shutil.which("systemd-analyze") is None:
        pytest.skip("systemd-analyze is not installed")
    text = (PACKAGING / "speciosa.service").read_text(encoding="utf-8")
    path = tmp_path / "speciosa.service"
    path.write_text(
        re.sub(r"ExecStart=.*", f"ExecStart={shutil.which('true')}", text), encoding="utf-8"
    )
    return path


def test_systemd_accepts_the_unit(unit: Path) -> None:
    done = subprocess.run(
        ["systemd-analyze", "verify", str(unit)],  # noqa: S607
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "speciosa" not in done.stderr


def test_systemd_finds_the_unit_well_shut(unit: Path) -> None:
    done = subprocess.run(
        ["systemd-analyze", "security", "--offline=true", "--no-pager", str(unit)],  # noqa: S607
        capture_output=True,
        text=True,
        check=False,
    )
    level = re.search(r"Overall exposure level for \S+: ([0-9.]+)", done.stdout)
    if level is None:
        pytest.skip("this systemd cannot judge a unit that is not loaded")
    assert float(level[1]) < 2.0
