"""Notes attached to a resource: text in base64, plain or as HTML.

Where records speak of kratom, it is mostly here (``DocumentReference``, ``DiagnosticReport``).
Pictures, PDF and RTF are not read.
"""

from __future__ import annotations

import binascii
import codecs
import html
import re
from collections.abc import Iterator, Mapping
from typing import Any

from speciosa.fhir.shape import text

_MARKUP = frozenset({"text/html", "text/xml", "application/xml"})
_NOT_READ = frozenset({"text/rtf", "text/richtext"})
# Other elements of R4 that hold ``data``: a curve, a signature.
_OTHER_DATA = frozenset({"origin", "dimensions", "sigFormat", "targetFormat", "who"})
# Of a note that does not say what it is, these first bytes do.
_NO_TEXT = (b"%PDF", rb"{\rtf", b"PK", b"\x89PNG", b"\xff\xd8\xff", b"\xd0\xcf\x11\xe0")
_PAGE = re.compile(rb"\s*<(?:!doctype|\?xml|html|div|p|body|table)\b", re.IGNORECASE)
_CHARSET = re.compile(r";\s*charset\s*=\s*[\"']?([\w.:-]+)", re.IGNORECASE)
_MARKS_OF_ORDER = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
# A "<" that begins no tag is a sign of comparison.
_TAG = re.compile(r"</?[a-zA-Z][^<>]*>|<[!?][^<>]*>")
# Tags inside a word or sentence; every other tag ends a sentence.
_INLINE = re.compile(
    r"</?(?:a|abbr|b|big|content|em|font|i|ins|mark|s|small|span|strong|sub|sup|tt|u|wbr)"
    r"(?:\s[^<>]*)?/?>",
    re.IGNORECASE,
)
# What no reader sees, by how it begins, and how it ends.
_UNSEEN = re.compile(r"<!--|<(script|style)\b[^<>]*>", re.IGNORECASE)
_ENDS = {
    "": re.compile("-->"),
    "script": re.compile(r"</script\s*>", re.IGNORECASE),
    "style": re.compile(r"</style\s*>", re.IGNORECASE),
}


def is_attachment(value: Mapping[str, Any]) -> bool:
    """Whether an element is an attachment (or a Binary): it says what it is, or holds data."""
    if isinstance(value.get("contentType"), str):
        return True
    return isinstance(value.get("data"), str) and _OTHER_DATA.isdisjoint(value)


def form(attachment: Mapping[str, Any]) -> str:
    """How a note is written: ``plain``, ``markup``, or "" where it is not read.

    R4 lets an attachment be silent about it: its first bytes then tell.
    """
    name = text(attachment.get("contentType")).partition(";")[0].strip().casefold()
    if not name:
        return _form_by_bytes(_decoded(text(attachment.get("data"))) or b"")
    if name in _MARKUP or (name.startswith("application/") and name.endswith("+xml")):
        return "markup"
    return "plain" if name.startswith("text/") and name not in _NOT_READ else ""


def _form_by_bytes(stored: bytes) -> str:
    if not stored:
        return ""
    marked = any(stored.startswith(mark) for mark, _ in _MARKS_OF_ORDER)
    if stored.startswith(_NO_TEXT) or (b"\0" in stored and not marked):
        return ""
    return "markup" if _PAGE.match(stored) else "plain"


def note(attachment: Mapping[str, Any]) -> str | None:
    """The text of a note that is held in the resource; ``None`` where it is none or unreadable."""
    data, how = attachment.get("data"), form(attachment)
    if not how or not isinstance(data, str) or not data:
        return None
    stored = _decoded(data)
    if stored is None:
        return None
    told = _text(stored, text(attachment.get("contentType")))
    return without_markup(told) if how == "markup" else told


def narrative(resource: Mapping[str, Any]) -> str:
    """The words of a narrative that says more than the fields; "" where it only repeats them."""
    told = resource.get("text")
    if not isinstance(told, dict) or told.get("status") != "additional":
        return ""
    page = told.get("div")
    return without_markup(page) if isinstance(page, str) else ""


def without_markup(page: str) -> str:
    """The words of a page: without tags, with its entities read, a line for each block."""
    if "<" in page:
        page = _TAG.sub("\n", _INLINE.sub("", "\n".join(_seen(page))))
    return html.unescape(page) if "&" in page else page


def pieces(words: str, longest: int) -> Iterator[str]:
    """A text in pieces, none longer than asked, cut between words where there are any."""
    at = 0
    while len(words) - at > longest:
        cut = max(words.rfind(" ", at, at + longest), words.rfind("\n", at, at + longest))
        end = cut if cut > at + longest // 2 else at + longest
        yield words[at:end]
        at = end
    yield words[at:]


def _seen(page: str) -> Iterator[str]:
    """A page without comments, scripts and styles; what has no end is left as it is."""
    at, kept, endless = 0, 0, set[str]()
    while begin := _UNSEEN.search(page, at):
        kind = (begin[1] or "").casefold()
        end = None if kind in endless else _ENDS[kind].search(page, begin.end())
        at = begin.end()
        if end is None:
            # Not looked for again, or a page of beginnings would take minutes.
            endless.add(kind)
            continue
        yield page[kept : begin.start()]
        at = kept = end.end()
    yield page[kept:]


def _decoded(data: str) -> bytes | None:
    try:
        return binascii.a2b_base64(data)
    except ValueError:
        pass
    try:
        # Writers that leave out the padding are understood.
        return binascii.a2b_base64(data + "==")
    except ValueError:
        return None


def _text(stored: bytes, content_type: str) -> str:
    told = _CHARSET.search(content_type)
    marked = next((name for mark, name in _MARKS_OF_ORDER if stored.startswith(mark)), "")
    for charset in filter(None, (marked, told[1] if told else "", "utf-8")):
        try:
            return stored.decode(charset)
        except (LookupError, UnicodeError, ValueError):
            continue
    return stored.decode("cp1252", "replace")
