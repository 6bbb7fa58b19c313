"""What ``pool`` and ``network`` take alike: a file of studies, and options of the form A=B."""

from __future__ import annotations

import re
import sys
from pathlib import Path

from speciosa.errors import InputError, InputProblem

# Below this an interval would leave out the effect more often than not.
LEAST_LEVEL = 0.5
_MOST_BYTES = 64_000_000
_PAIR = re.compile(r"([^=]+)=(.*)")


def read_file(file: str) -> tuple[str, str, bytes]:
    """Text, name and bytes of a file, or of standard input for ``-``. Raises ``InputError``."""
    if file == "-":
        raw, name = sys.stdin.buffer.read(), "standard input"
    else:
        path = Path(file)
        try:
            if path.stat().st_size > _MOST_BYTES:
                given = f"{file!r} ({path.stat().st_size:,} bytes)"
                accepted = f"a file of at most {_MOST_BYTES:,} bytes"
                raise InputError([InputProblem("FILE", given, accepted)])
            raw, name = path.read_bytes(), path.name
        except OSError as error:
            reason = error.strerror or type(error).__name__
            accepted = "a CSV, TSV, YAML or JSON file, or -"
            raise InputError([InputProblem("FILE", f"{file!r} ({reason})", accepted)]) from None
    try:
        return raw.decode("utf-8-sig"), name, raw
    except UnicodeDecodeError as error:
        given = f"a byte at position {error.start} that is not UTF-8"
        accepted = "text in UTF-8 (in a spreadsheet: save as CSV UTF-8)"
        raise InputError([InputProblem(name, given, accepted)]) from None


def pairs(option: str, given: list[str]) -> tuple[tuple[str, str], ...]:
    """Each ``A=B`` of a repeated option as two names. Raises ``InputError``."""
    found = []
    for text in given:
        pair = _PAIR.fullmatch(text)
        if pair is None:
            raise InputError([InputProblem(option, repr(text), "two names with = between them")])
        found.append((pair[1].strip(), pair[2].strip()))
    return tuple(found)
