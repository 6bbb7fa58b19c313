"""Models compiled in different processes and loaded into one do not run each other's code."""

from __future__ import annotations

import os
import subprocess
import sys

CODE = """
import sys
from speciosa.engine import read_model, simulate

RATES = {"decay": "-k*X", "growth": "k*X"}
for name in sys.argv[1:]:
    text = f"model {name}\\n k = 1;  # [1/h] rate\\n X' = {RATES[name]};  # [1] x\\n X = 1;\\nend"
    result = simulate(read_model(text), {}, [], [1.0], ["X"], subjects=1, method="plain")
    print(name, f"{result.values[0, 0, 0]:.4f}")
"""


def run(folder: object, *names: str) -> str:
    environment = {**os.environ, "SPECIOSA_CACHE_DIR": str(folder)}
    done = subprocess.run(
        [sys.executable, "-c", CODE, *names],
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout


def test_code_kept_by_one_process_stays_the_code_of_its_model(tmp_path):
    assert run(tmp_path, "decay") == "decay 0.3679\n"
    assert run(tmp_path, "growth", "decay") == "growth 2.7183\ndecay 0.3679\n"
