"""Study files that a person adds: read strictly, and refused with the name of what is wrong."""

from __future__ import annotations

import difflib
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

import msgspec

from speciosa.errors import InputError, InputProblem
from speciosa.evidence.living import plausible
from speciosa.knowledge.evidence.base import Known, study_problems
from speciosa.knowledge.evidence.grading import Grading
from speciosa.knowledge.evidence.study import Arm, ArmKind, Study, decode
from speciosa.knowledge.fact import Source

_EVENTS = {"response", "remission", "relapse", "dropout", "dropout_adverse_events"}
_NAMED = {
    ArmKind.WAITING_LIST: r"wait|\bwlc?\b|delayed|deferred",
    ArmKind.USUAL_CARE: r"(usual|standard|routine) care|(care|treatment) as usual|\b[tc]au\b",
    ArmKind.PILL_PLACEBO: r"(pill|drug|oral) placebo",
    ArmKind.NO_TREATMENT: r"no treatment|untreated",
    ArmKind.EDUCATION: r"education",
}


@dataclass(frozen=True, slots=True)
class Incoming:
    """New studies with the sources that came with them."""

    studies: tuple[Study, ...]
    sources: tuple[Source, ...]


class _Document(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    studies: tuple[Study, ...]
    sources: tuple[Source, ...] = ()


def read(documents: Sequence[tuple[str, object]]) -> Incoming:
    """Named plain data (a study, or ``studies`` with ``sources``) -> new studies.

    Raises ``InputError`` that names the file and field.
    """
    studies: list[Study] = []
    sources: list[Source] = []
    problems: list[InputProblem] = []
    for name, raw in documents:
        try:
            if isinstance(raw, Mapping) and "studies" in raw:
                held = msgspec.convert(raw, _Document)
                studies += held.studies
                sources += held.sources
            else:
                studies.append(decode(raw))
        except msgspec.ValidationError as error:
            accepted = "a study as speciosa schema study describes it"
            problems.append(InputProblem(name, str(error), accepted))
    if not problems and not studies:
        names = ", ".join(name for name, _ in documents)
        problems.append(InputProblem(names, "no study", "at least one study"))
    if problems:
        raise InputError(problems)
    return Incoming(tuple(sorted(studies, key=lambda study: study.id)), tuple(sources))


def check(new: Incoming, held: Sequence[Study], known: Known, grading: Grading) -> None:
    """Refuse ids that are there, kratom, impossible numbers, mixed comparators, unknown sources.

    ``held`` are the studies that are there, ``known`` what records may name. Raises ``InputError``
    with every problem at once.
    """
    problems = [*_same_ids(new, held, known.sources)]
    resolved = merged(new, known)
    directions = _directions(held)
    for study in new.studies:
        problems += (
            InputProblem(
                study.id,
                what.removeprefix(f"study {study.id}").lstrip(" ,:"),
                "see speciosa schema study",
            )
            for what in study_problems(study, resolved)
        )
        problems += _scale_problems(study, directions)
        problems += plausible.problems(study, grading)
        for arm in study.arms:
            problems += _arm_problems(study, arm, known)
    if problems:
        raise InputError(problems)


def merged(new: Incoming, known: Known) -> Known:
    """What records may name once the new sources are there."""
    return known._replace(sources={**known.sources, **{one.id: one for one in new.sources}})


def _same_ids(
    new: Incoming, held: Sequence[Study], sources: Collection[str]
) -> Iterator[InputProblem]:
    seen = {study.id for study in held}
    for study in new.studies:
        if study.id in seen:
            what = f"{study.id}, which is there already"
            yield InputProblem(f"{study.id}.id", what, "an id that no other study has")
        seen.add(study.id)
    named = set(sources)
    for source in new.sources:
        if source.id in named:
            what = f"{source.id}, which is there already"
            yield InputProblem(f"sources, {source.id}", what, "an id that no other source has")
        named.add(source.id)


def _directions(held: Sequence[Study]) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for study in held:
        for outcome in study.outcomes:
            found.setdefault(outcome.scale, set()).add(outcome.better)
    return found


def _scale_problems(study: Study, directions: Mapping[str, set[str]]) -> Iterator[InputProblem]:
    for outcome in study.outcomes:
        where = f"{study.id}, {outcome.scale}"
        known = directions.get(outcome.scale)
        if known is None:
            close = difflib.get_close_matches(outcome.scale, directions, n=1)
            yield InputProblem(
                f"{where}: scale",
                f"the unknown scale {outcome.scale}",
                f"one of {', '.join(sorted(directions))}",
                close[0] if close else "",
            )
        elif outcome.better not in known:
            yield InputProblem(
                f"{where}: better",
                f"{outcome.better}, the wrong direction",
                f"{' or '.join(sorted(known))} on this scale",
            )
        if (outcome.scale in _EVENTS) != (outcome.what == "events"):
            yield InputProblem(
                f"{where}: what", outcome.what, "events for events, change or post for scores"
            )


def _arm_problems(study: Study, arm: Arm, known: Known) -> Iterator[InputProblem]:
    where = f"{study.id}, arm {arm.id}"
    if arm.kind is ArmKind.OPTION:
        return
    words = arm.treatment.casefold()
    if words in known.treatments or words in known.medicines:
        yield InputProblem(
            f"{where}: kind",
            f"{arm.treatment}, a treatment, as {arm.kind.value}",
            "kind option for a treatment; comparators are never mixed",
        )
    elif arm.kind is ArmKind.PILL_PLACEBO and "placebo" not in words:
        yield InputProblem(
            f"{where}: kind",
            f"{arm.treatment} as pill_placebo",
            "a treatment that says placebo, or the kind that the arm was",
        )
    named = {kind for kind, pattern in _NAMED.items() if re.search(pattern, words)}
    if named - {arm.kind}:
        listed = " and ".join(sorted(kind.value for kind in {*named, arm.kind}))
        yield InputProblem(
            f"{where}: kind",
            f"a mixed comparator ({listed})",
            "one kind of comparator; comparators are never mixed",
        )
