"""Whether a new study is one that the base holds already, under another name."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from itertools import chain

from speciosa.errors import InputError, InputProblem
from speciosa.knowledge.evidence.study import Outcome, Study
from speciosa.knowledge.fact import Source

_REGISTRATION = re.compile(r"NCT\d{8}|ISRCTN\d{8}|EUCTR[\d-]{14}|20\d\d-\d{6}-\d\d", re.IGNORECASE)


def others(
    new: Sequence[Study],
    held: Sequence[Study],
    sources: Mapping[str, Source],
    another_trial: Collection[str],
) -> dict[str, tuple[str, ...]]:
    """New studies that look like one that is there, each with those it was said not to be.

    ``another_trial`` are the ids of studies that are declared to be other trials. Raises
    ``InputError`` naming each twin that is not among them, and each id among them that is no twin.
    """
    problems: list[InputProblem] = []
    declared: dict[str, tuple[str, ...]] = {}
    shared = _shared(held, sources)
    before = list(held)
    for study in new:
        found = {other.id: "; ".join(_alike(study, other, sources, shared)) for other in before}
        twins = {other: why for other, why in found.items() if why and other != study.id}
        for other in sorted(twins.keys() - set(another_trial)):
            problems.append(
                InputProblem(
                    study.id,
                    f"what looks like {other} once more ({twins[other]})",
                    f"a study that is not there yet; for another trial: --another-trial {other}",
                )
            )
        if twins.keys() & set(another_trial):
            declared[study.id] = tuple(sorted(twins.keys() & set(another_trial)))
        before.append(study)
    for other in sorted(set(another_trial) - set(chain(*declared.values()))):
        problems.append(InputProblem("--another-trial", f"{other}, which no new study looks like",
                                     "the id that an earlier refusal named"))  # fmt: skip
    if problems:
        raise InputError(problems)
    return declared


def _alike(
    study: Study, other: Study, sources: Mapping[str, Source], shared: Collection[str]
) -> Iterator[str]:
    """Every way in which two studies are the same, in words."""
    registered = _registrations(study) & _registrations(other)
    if registered:
        yield f"the registration {', '.join(sorted(registered))}"
    read = (_opened(study, sources) & _opened(other, sources)) - set(shared)
    if read:
        yield f"the source {', '.join(sorted(read))}"
    if study.year == other.year and _plain(study.title) == _plain(other.title):
        yield "the same title and year"
    scales = sorted(
        {one.scale for one in study.outcomes for two in other.outcomes if _print(one) & _print(two)}
    )
    if scales:
        yield f"the same values on {', '.join(scales)}"


def _shared(held: Sequence[Study], sources: Mapping[str, Source]) -> frozenset[str]:
    """Sources of several trials (a data set, a review, a register page): they name none of them."""
    seen = Counter(name for study in held for name in _opened(study, sources))
    return frozenset(name for name, count in seen.items() if count > 1)


def _opened(study: Study, sources: Mapping[str, Source]) -> set[str]:
    """What a study was read in: the DOI, PMID or address of each source, else its id."""
    found: set[str] = set()
    for name in study.sources:
        source = sources.get(name)
        keys = (source.doi, source.pmid, source.url) if source else ()
        found |= {re.sub(r"^https?://(dx\.)?(doi\.org/|www\.)?", "", key.casefold()).rstrip("/")
                  for key in keys if key} or {name}  # fmt: skip
    return found


def _registrations(study: Study) -> set[str]:
    known = {number.upper() for number in _REGISTRATION.findall(study.registration)}
    plain = re.sub(r"\W", "", study.registration).upper()
    return known or ({plain} if plain else set())


def _plain(title: str) -> str:
    return re.sub(r"\W+", " ", title.casefold()).strip()


def _print(outcome: Outcome) -> set[tuple[object, ...]]:
    """What two reports of one trial share in an outcome, whatever its arms and week are called."""
    found: set[tuple[object, ...]] = set()
    means = sorted(abs(value.mean) for value in outcome.arms if value.mean is not None)
    if len(means) > 1:
        found.add((outcome.scale, "means", *means))
    events = sorted(
        (value.n, value.events) for value in outcome.arms if value.events and value.n is not None
    )
    if len(events) > 1:
        found.add((outcome.scale, "events", *events))
    for contrast in outcome.contrasts:
        ends = (contrast.se, contrast.low, contrast.high)
        if any(end is not None for end in ends):
            found.add((outcome.scale, contrast.measure, contrast.value, *ends))
    return found
