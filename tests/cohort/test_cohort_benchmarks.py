"""The programs that measure the screening: they count the same, and say where they do not."""

import sys
from pathlib import Path

import pytest
from benchmarks.cohort import contenders, memory, speed
from benchmarks.cohort.generate import EXAMPLE


def test_readers_count_the_same_resources() -> None:
    # The example in DuckDB's eyes: one line is cut off; the log is no resource.
    scanned, read = contenders.scan(EXAMPLE)["types"], contenders.orjson_types(EXAMPLE)["types"]
    assert scanned == read
    assert scanned["Patient"] == 13
    by_rules = contenders.orjson_rules(EXAMPLE)
    assert by_rules["types"] == read
    assert {"anna", "ben", "dev", "mo"} <= set(by_rules["found"])


def test_what_differs_between_readers_is_told() -> None:
    last = {
        "scan": {"types": {"Patient": 2, "Condition": 3}},
        "objects": {"types": {"": 5}},
        "orjson": {"types": {"Patient": 2}},
        "orjson-rules": {"types": {"Patient": 2, "Condition": 3}, "found": ["a", "b"]},
        "screen": {"types": {"Patient": 1}, "found": ["b", "c"]},
    }
    assert list(speed.differences(last)) == [
        "types: scan and orjson differ",
        "Patient: scan 2, screen 1",
        "found by orjson-rules alone: a",
        "found by screen alone: c",
    ]


def test_the_table_compares_with_the_scan() -> None:
    timed = (
        speed.Timed(name="scan", wall=1.0, cpu=0.5),
        speed.Timed(name="screen", wall=3.0, cpu=2.0),
        speed.Timed(name="screen: again", wall=0.001, cpu=0.001),
    )
    told = speed.Speed(people=10, resources=300_000, bytes=1, rows=2, timed=timed, differences=())
    lines = list(speed.in_markdown(told))
    assert "| screen | 3.00 | 2.00 | 3.00 | 4.00 | 100,000 | 150,000 |" in lines
    assert not any("again" in line for line in lines)
    assert lines[-1] == "All count and find the same."


@pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="reads /proc")
def test_memory_of_what_a_command_starts_is_counted() -> None:
    child = "import time; held = bytearray(90_000_000); time.sleep(0.4)"
    parent = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {child!r}])"
    found = memory.watched([sys.executable, "-c", parent])
    assert found.peak_bytes > found.largest_process_bytes > 90_000_000
    with pytest.raises(RuntimeError, match="no such thing"):
        memory.watched([sys.executable, "-c", "raise SystemExit('no such thing')"])
