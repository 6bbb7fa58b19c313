"""Text from outside, made safe to put on a page or a terminal without changing what it says."""

from __future__ import annotations

import re
import unicodedata

# C0 and C1 control characters (a terminal obeys some of them), lone surrogates and noncharacters
# (no encoder accepts them), and the bidirectional overrides that can make text read backwards.
_UNSAFE = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff"
    "\ud800-\udfff\ufdd0-\ufdef\ufff9-\ufffb\ufffe\uffff]"
)
# An escape sequence goes as a whole, or its tail ("[31m") would be left standing as text.
_ESCAPE_SEQUENCE = re.compile(
    r"\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)?"  # operating system command, to its end mark
    r"|[\x1b\x9b]\[?[0-?]*[ -/]*[@-~]?"
)

_ASCII = str.maketrans(
    {
        "−": "-",
        "–": "-",
        "—": "-",
        "×": "x",
        "·": "*",
        "•": "-",
        "…": "...",
        "≥": ">=",
        "≤": "<=",
        "≈": "~",
        "±": "+/-",
        "µ": "u",
        "μ": "u",
        "→": "->",
        "†": "+",
        "‘": "'",
        "’": "'",
        "“": '"',
        "”": '"',
        "α": "alpha",
        "β": "beta",
        "δ": "delta",
        "κ": "kappa",
        "σ": "sigma",
        "τ": "tau",
        "Δ": "Delta",
        "‼": "!!",
        "▲": "^",
        "◆": "#",
        "●": "*",
        "○": "o",
        "█": "#",
        "▌": "#",
        "─": "-",
        "━": "=",
        "│": "|",
        "┃": "|",
        "ß": "ss",
        "æ": "ae",
        "Æ": "AE",
        "ø": "o",
        "Ø": "O",
        "ł": "l",
        "Ł": "L",
    }
)


def clean(text: str) -> str:
    """Text without control characters, escape sequences or direction overrides; one line."""
    text = _ESCAPE_SEQUENCE.sub("", text)
    return _UNSAFE.sub("", text.replace("\t", " ").replace("\n", " "))


def to_ascii(text: str) -> str:
    """The nearest ASCII text, for terminals that cannot show more; ``?`` where there is none."""
    plain = unicodedata.normalize("NFKD", text.translate(_ASCII))
    without_accents = "".join(c for c in plain if not unicodedata.combining(c))
    return without_accents.encode("ascii", "replace").decode("ascii")
