"""Peak memory of ``speciosa simulate --out`` for more and more people.

    python -m benchmarks.population.memory [--subjects 1e4 1e5 1e6] [--workers 1] [--write FILE]

Peak resident memory of the command and of all its processes at any one moment, and seconds. Curves
are never kept, so that it should stay flat but for what one block of people needs.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path

REGIMEN = "2 g leaf tea"
_EVERY_S = 0.1


def resident_mib(root: int) -> float:
    """Resident memory of a process and of everybody that it started."""
    parents, held = {}, {}
    for place in Path("/proc").glob("[0-9]*"):
        try:
            stat = (place / "stat").read_text(encoding="ascii", errors="replace")
            pages = (place / "statm").read_text(encoding="ascii").split()[1]
        except OSError:  # it ended meanwhile
            continue
        parents[int(place.name)] = int(stat.rpartition(")")[2].split()[1])
        held[int(place.name)] = int(pages) * 4096 / 2**20

    def below(pid: int) -> bool:
        while pid in parents and pid != root:
            pid = parents[pid]
        return pid == root

    return sum(held[pid] for pid in held if below(pid))


def measure(subjects: float, workers: int, ending: str) -> dict[str, float | str]:
    """One run of the command."""
    with tempfile.TemporaryDirectory() as folder:
        command = [
            *(sys.executable, "-m", "speciosa", "simulate", REGIMEN, "--subjects", str(subjects)),
            *("--population", "us-adults", "--out", f"{folder}/people.{ending}"),
            *("--workers", str(workers), "--format", "json"),
        ]
        answer = Path(folder) / "answer.json"
        began, peak = time.monotonic(), 0.0
        with (
            answer.open("wb") as written,
            subprocess.Popen(command, stdout=written, stderr=subprocess.DEVNULL) as process,
        ):
            while process.poll() is None:
                peak = max(peak, resident_mib(process.pid))
                time.sleep(_EVERY_S)
        if process.returncode:
            raise SystemExit("the command failed")
        result = json.loads(answer.read_bytes())
    return {
        "subjects": int(subjects),
        "workers": workers,
        "file": ending,
        "seconds": round(time.monotonic() - began, 1),
        "peak_mib": round(peak),
        "median_cmax_ng_ml": result["analytes"]["mitragynine"]["cmax"]["median"],
    }


def main() -> int:
    """Measure and print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--subjects", type=float, nargs="+", default=[1e4, 1e5, 1e6])
    parser.add_argument("--workers", type=int, default=1)
    parser.add_argument("--file", choices=("parquet", "zarr"), default="parquet")
    parser.add_argument("--write", type=Path, help="Also write the figures as JSON.")
    asked = parser.parse_args()
    found = []
    print("| People | Workers | Peak memory, MiB | Seconds | Median Cmax, ng/mL |")
    print("|---|---|---|---|---|")
    for subjects in asked.subjects:
        one = measure(subjects, asked.workers, asked.file)
        found.append(one)
        print(
            f"| {one['subjects']:,} | {one['workers']} | {one['peak_mib']} | {one['seconds']} | "
            f"{one['median_cmax_ng_ml']} |",
            flush=True,
        )
    if asked.write:
        asked.write.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
