"""Small runs of the programs that look for faults; ``docs/http-api.md`` says how to run large ones.

Each runs in a process of its own, as anybody would start it.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

TOOLS = Path(__file__).parents[2] / "tools"


def run(program, *options):
    return subprocess.run(
        [sys.executable, TOOLS / program, *options],
        capture_output=True,
        text=True,
        timeout=280,
        check=False,
        env={**os.environ, "PYTHONWARNINGS": "ignore"},
    )


def test_every_operation_keeps_to_its_description():
    done = run("fuzz_api.py", "--examples", "2")
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-2000:]
    assert "; 0 failures" in done.stdout


def test_broken_requests_get_no_5xx_from_any_room():
    done = run("fuzz_raw.py", "--requests", "400", "--bytes", "60")
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-2000:]
    assert all(room in done.stdout for room in ("API", "CDS", "SMART", "pages"))
