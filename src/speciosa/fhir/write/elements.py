"""The small pieces that every resource is made of: concepts, quantities, ranges, narratives."""

from __future__ import annotations

import re
from collections.abc import Mapping
from html import escape
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import datetime as dt

    from speciosa.finding import Estimate
    from speciosa.knowledge.codes import Code, Codes

Element = dict[str, Any]

_HL7 = "http://terminology.hl7.org/CodeSystem"
# In place of a value that is not known.
UNKNOWN = {
    "url": "http://hl7.org/fhir/StructureDefinition/data-absent-reason",
    "valueCode": "unknown",
}
# FHIR's text holds no white space but space, tab and line ends.
_UNUSUAL_SPACE = re.compile(r"[^\S \r\n\t]|\ufeff")
# A model is not good to more figures than this.
_FIGURES = 3


def plain(text: str) -> str:
    """Text as FHIR accepts it: unusual white space becomes a space."""
    return _UNUSUAL_SPACE.sub(" ", text).strip()


def coding(code: Code) -> Element:
    """A code of our table, with its name in the terminology where that is known."""
    one = {"system": code.url, "code": code.code}
    return one | {"display": plain(code.display)} if code.named else one


def concept(text: str, *codings: Element | None) -> Element:
    """A concept: always its text, and the codes that were confirmed."""
    return {"coding": [c for c in codings if c is not None], "text": plain(text)}


def coded(codes: Codes, key: str, text: str, *, unit: str = "") -> Element:
    """A concept by our text, with the first code of ``key`` that may be written."""
    found = codes.confirmed(key, unit=unit)
    return concept(text, coding(found) if found is not None else None)


def hl7(system: str, code: str, display: str = "") -> Element:
    """A concept of one of HL7's own code systems (``condition-clinical``)."""
    one = {"system": f"{_HL7}/{system}", "code": code}
    return {"coding": [{**one, "display": display} if display else one]}


def quantity(codes: Codes, value: float, unit: str) -> Element:
    """A number with its unit in words, and in UCUM where that is known."""
    known = codes.unit(unit)
    found: Element = {"value": value, "unit": plain(unit)}
    if known is not None:
        found |= {"system": codes.systems["ucum"].url, "code": known.code}
    return found


def interval(codes: Codes, estimate: Estimate) -> Element | None:
    """The interval of an estimate as a Range; ``None`` where it has none."""
    if estimate.low is None or estimate.high is None:
        return None
    return {
        "low": quantity(codes, figures(estimate.low), estimate.unit),
        "high": quantity(codes, figures(estimate.high), estimate.unit),
    }


def in_words(estimate: Estimate) -> str:
    """An estimate as a reader sees it, always with its interval or the reason why it has none."""
    value = "" if estimate.value is None else f"{figures(estimate.value):g} {estimate.unit}"
    if estimate.low is None or estimate.high is None:
        return f"{value} (no interval: {estimate.no_interval_because})".strip()
    ends = f"{figures(estimate.low):g} to {figures(estimate.high):g}"
    return f"{value} ({ends}; {estimate.interval})".strip()


def figures(value: float) -> float:
    """A figure of a model with as many digits as it deserves."""
    return float(f"{value:.{_FIGURES}g}")


def narrative(title: str, *lines: str, items: tuple[str, ...] = ()) -> Element:
    """The human-readable part of a resource, as escaped XHTML."""
    said = "".join(f"<p>{_escaped(line)}</p>" for line in lines if line.strip())
    listed = "".join(f"<li>{_escaped(item)}</li>" for item in items if item.strip())
    body = f"<p><b>{_escaped(title)}</b></p>{said}{f'<ul>{listed}</ul>' if listed else ''}"
    return {
        "status": "generated",
        "div": f'<div xmlns="http://www.w3.org/1999/xhtml">{body}</div>',
    }


def note(*texts: str) -> list[Element]:
    """Annotations, without the empty ones."""
    return [{"text": plain(text)} for text in texts if text.strip()]


def period(start: dt.date | None, end: dt.date | None) -> Element:
    """A period of whatever is known of its ends."""
    return {
        "start": start.isoformat() if start else None,
        "end": end.isoformat() if end else None,
    }


def pruned(value: Any) -> Any:  # noqa: ANN401  # any JSON
    """Without nulls and without anything empty, which FHIR does not allow."""
    if isinstance(value, Mapping):
        held = {key: pruned(inner) for key, inner in value.items()}
        return {key: inner for key, inner in held.items() if not _empty(inner)}
    if isinstance(value, list | tuple):
        return [inner for inner in map(pruned, value) if not _empty(inner)]
    return value


def _empty(value: object) -> bool:
    return value is None or (isinstance(value, str | list | dict) and not value)


def _escaped(text: str) -> str:
    return escape(plain(text), quote=False)
