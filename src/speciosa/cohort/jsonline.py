"""A line as JSON, read alike by every step."""

from __future__ import annotations

import re
from typing import Any

import msgspec

# Half of a pair of characters, written as an escape: writers that cut texts leave such halves.
_PAIRS = re.compile(
    rb"\\\\|\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|(\\u[dD][89a-fA-F][0-9a-fA-F]{2})"
)


def decoded(line: bytes, decoder: msgspec.json.Decoder[Any] | None = None) -> Any:  # noqa: ANN401
    """What a line holds; half a character is read as the sign for an unreadable one.

    Raises ``msgspec.DecodeError``, ``UnicodeDecodeError`` or ``RecursionError``.
    """
    read = msgspec.json.decode if decoder is None else decoder.decode
    try:
        return read(line)
    except msgspec.ValidationError:
        raise
    except msgspec.DecodeError:
        whole = _PAIRS.sub(lambda found: rb"\ufffd" if found[1] else found[0], line)
        if whole == line:
            raise
        return read(whole)
