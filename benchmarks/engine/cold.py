"""Cold start: a fresh process imports the engine and simulates one subject of the benchmark.

The package is an installed copy in a folder that cannot be written to. Once with an empty cache
folder, then again with what the first left there.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import NamedTuple

HERE = Path(__file__).parent
ROOT = HERE.parents[1]

_SCRIPT = """
import sys
from speciosa.engine import Bolus, read_model, simulate
import speciosa
assert speciosa.__file__.startswith(sys.argv[1]), speciosa.__file__
try:
    open(sys.argv[1] + "/speciosa/written", "w")
    sys.exit("the package can be written to")
except OSError:
    pass
model = read_model(open(sys.argv[2], encoding="utf-8").read())
found = simulate(model, {}, [Bolus(0.0, "T1", 50.0)], [1.0, 24.0], ["Cc", "Cm"], subjects=1)
assert found.values is not None and found.values[0, 0, 0] > 0.0 and found.method == "lanes"
"""


class Cold(NamedTuple):
    """Medians in seconds from the start of the process to its end."""

    never_cached: float
    cached: float
    interpreter: float


def installed(folder: Path) -> None:
    """Install the package into a folder, without its dependencies."""
    command = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps"]
    command += ["--no-build-isolation", "--no-compile", "--target", str(folder), str(ROOT)]
    subprocess.run(command, check=True, capture_output=True)
    subprocess.run([sys.executable, "-m", "compileall", "-q", str(folder)], check=True)


def locked(folder: Path, command: list[str]) -> list[str]:
    """A command that sees the folder read-only; one who may write anywhere needs a mount."""
    if os.name != "posix" or os.geteuid() != 0:
        return command
    mount = f"mount --bind '{folder}' '{folder}' && mount -o remount,ro,bind '{folder}'"
    return ["unshare", "-m", "sh", "-c", f'{mount} && exec "$@"', "sh", *command]


def measure(repeats: int = 3) -> Cold:
    """Times of fresh processes."""
    never: list[float] = []
    again: list[float] = []
    empty: list[float] = []
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        package = folder / "package"
        installed(package)
        for file in package.rglob("*"):
            file.chmod(0o555 if file.is_dir() else 0o444)
        script = folder / "first.py"
        script.write_text(_SCRIPT, encoding="utf-8")
        command = [sys.executable, str(script), str(package), str(HERE / "model.ant")]
        for i in range(repeats):
            cache = folder / f"cache{i}"
            environment = os.environ | {
                "PYTHONPATH": str(package),
                "SPECIOSA_CACHE_DIR": str(cache),
                "HOME": str(cache),
                "PYTHONDONTWRITEBYTECODE": "1",
            }
            for took in (never, again, again):
                began = time.perf_counter()
                subprocess.run(locked(package, command), check=True, env=environment)
                took.append(time.perf_counter() - began)
            began = time.perf_counter()
            subprocess.run(locked(package, [sys.executable, "-c", ""]), check=True)
            empty.append(time.perf_counter() - began)
        for file in package.rglob("*"):
            file.chmod(0o755 if file.is_dir() else 0o644)
    return Cold(*(statistics.median(times) for times in (never, again, empty)))


if __name__ == "__main__":
    print(measure())
