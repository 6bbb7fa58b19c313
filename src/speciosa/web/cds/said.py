"""Findings in the Markdown of a card: short, and nothing of the record unescaped."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from speciosa.assessment import Brief
from speciosa.fhir.kratom import Match
from speciosa.finding import Finding, Severity
from speciosa.pharmacology.interactions.result import Interaction
from speciosa.web.cds.card import Indicator, escaped, plain, quoted
from speciosa.web.cds.picture import KRATOM, Picture

MOST_ROWS = 5
MOST_PLACES = 5
MOST_QUESTIONS = 6
INDICATORS = {
    Severity.EMERGENCY: Indicator.CRITICAL,
    Severity.URGENT: Indicator.CRITICAL,
    Severity.MAJOR: Indicator.WARNING,
    Severity.MODERATE: Indicator.WARNING,
    Severity.MINOR: Indicator.INFO,
    Severity.INFO: Indicator.INFO,
}


def places(matches: Sequence[Match]) -> Iterator[str]:
    """Each entry that names kratom once, with every name it uses."""
    by_entry: dict[tuple[str, str], list[Match]] = {}
    for match in matches:
        by_entry.setdefault((match.resource, match.status), []).append(match)
    yield from first([_place(held) for held in by_entry.values()], MOST_PLACES)


def _place(matches: Sequence[Match]) -> str:
    first = matches[0]
    names = ", ".join(dict.fromkeys(quoted(match.words or match.code) for match in matches))
    when = f", {first.when}" if first.when else ""
    because = first.because.rstrip(".")
    return (
        f"{names} in {escaped(first.resource)} ({first.status}{escaped(when)}): "
        f"{escaped(because)}. Found by {first.ground}; confidence of the match {first.confidence}."
    )


def first(items: Sequence[str], most: int) -> list[str]:
    """The first of several, and how many more there are."""
    more = [f"and {len(items) - most} more."] if len(items) > most else []
    return [*items[:most], *more]


def alike(words: Mapping[str, str]) -> Iterator[str]:
    """What is said, each once, after everything that it is said of."""
    of: dict[str, list[str]] = {}
    for name, said in words.items():
        of.setdefault(said, []).append(name)
    for said, names in of.items():
        yield f"{', '.join(names)}: {said}"


def said(finding: Finding) -> str:
    """A finding with what to do."""
    return f"{finding.text} {finding.action}".strip()


def rows_of(title: str, rows: Sequence[Interaction], ours: set[str] | None = None) -> str:
    """Interactions as a list, each with what to consider."""
    told = [
        f"**{severity_of(row, ours or set())}**, certainty {row.certainty}: {row.sentence}"
        f"{f' {row.consider}' if row.consider else ''}"
        for row in rows[:MOST_ROWS]
    ]
    if len(rows) > MOST_ROWS:
        told.append(f"{len(rows) - MOST_ROWS} more; the full assessment lists them.")
    return listed(title, told)


def sampled(brief: Brief) -> str:
    """That a bounded sample was used, where one was."""
    if not brief.subjects:
        return ""
    return (
        f"Ratios of kratom rest on a bounded sample of {brief.subjects} virtual people; the full "
        "assessment takes more."
    )


def not_checked(brief: Brief, besides: str = "") -> str:
    """What else on the list could not be checked."""
    names = [one.name for one in brief.interactions.not_checked if one.name != besides]
    return f"Not checked: {', '.join(map(quoted, names))}." if names else ""


def to_ask(picture: Picture) -> str:
    """What the record itself leaves to be asked."""
    asked = [one for one in picture.questions if one != picture.danger_question]
    return listed("Ask", first(list(map(escaped, asked)), MOST_QUESTIONS))


def worst(
    rows: Iterable[Interaction],
    *,
    ours: set[str] | None = None,
    least: Severity = Severity.MINOR,
) -> list[Interaction]:
    """Rows at least so severe, worst first, and of equal ones those with kratom first."""
    chosen = ours or set()
    held = [row for row in rows if severity_of(row, chosen).rank <= least.rank]
    return sorted(held, key=lambda row: (severity_of(row, chosen).rank, KRATOM not in row.members))


def severity_of(row: Interaction, ours: set[str]) -> Severity:
    """How severe a row is for what is asked about, where it tells its pairs apart."""
    pairs = [pair.severity for pair in row.pairs if ours & set(pair.members)]
    return min(pairs or [row.severity], key=lambda one: one.rank)


def others(row: Interaction, ours: set[str]) -> str:
    """The other members of a row, in words."""
    names = row.names or row.members
    other = [name for name, id_ in zip(names, row.members, strict=True) if id_ not in ours]
    return ", ".join(other) or "itself"


def capital(name: str) -> str:
    """A name of the record at the beginning of a summary."""
    words = plain(name)
    return words[:1].upper() + words[1:]


def listed(title: str, items: Iterable[str]) -> str:
    """A titled list; nothing where there are no items."""
    told = [f"- {' '.join(item.split())}" for item in items if item]
    return "\n".join((f"**{title}**", "", *told)) if told else ""


def paragraphs(*parts: str) -> str:
    """The parts that are not empty, apart."""
    return "\n\n".join(part for part in parts if part)
