"""What a heading means: accepted names are data, and ``--column field=heading`` overrides them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import product

import msgspec

from speciosa.errors import InputError, InputProblem
from speciosa.evidence.studies.cells import shown
from speciosa.knowledge import files

_NOT_A_NAME = re.compile(r"[\W_]+")
SIDES = ("1", "2")


class _Sided(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    stems: tuple[str, ...]
    side_1: tuple[str, ...]
    side_2: tuple[str, ...]


class _Sides(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    side_1: tuple[str, ...]
    side_2: tuple[str, ...]


class _Effect(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    names: tuple[str, ...]
    measure: str
    scale: str


class _Accepted(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    fields: dict[str, tuple[str, ...]]
    sided: dict[str, _Sided]
    sides: _Sides
    effects: tuple[_Effect, ...]
    uncertainty: dict[str, tuple[str, ...]]
    network_arms: dict[str, tuple[str, ...]]
    network_contrasts: dict[str, tuple[str, ...]]
    network_beside: tuple[str, ...]
    value_words: dict[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True, kw_only=True)
class EffectColumn:
    """A column that holds an effect: what it measures and its scale, "" where its name is silent.

    ``uncertainty`` maps se, log_se, variance, ci_low, ci_high, t, z and p to headings.
    """

    heading: str
    measure: str
    scale: str
    uncertainty: Mapping[str, str]

    @property
    def is_complete(self) -> bool:
        """Whether a sampling variance can be found for the effect."""
        known = self.uncertainty
        return bool(known.keys() - {"ci_low", "ci_high"}) or {"ci_low", "ci_high"} <= known.keys()


@dataclass(frozen=True, slots=True, kw_only=True)
class Meaning:
    """``columns`` maps a field (``events_1``, ``year``) to its heading.

    ``twice`` maps a field to the several headings that could each be it.
    """

    columns: Mapping[str, str]
    effects: tuple[EffectColumn, ...]
    twice: Mapping[str, tuple[str, ...]]


def normal(name: str) -> str:
    """A name without capital letters, spaces and marks."""
    return _NOT_A_NAME.sub("", name.lower())


@cache
def _accepted() -> _Accepted:
    return files.read("evidence/columns.yaml", _Accepted)


@cache
def _fields() -> Mapping[str, str]:
    """Normalised name -> field, for every field but effects and their uncertainty."""
    accepted = _accepted()
    names = {normal(n): f for f, listed in accepted.fields.items() for n in (f, *listed)}
    for field, sided in accepted.sided.items():
        for side in SIDES:
            ends = getattr(accepted.sides, f"side_{side}")
            own = getattr(sided, f"side_{side}")
            both = ((f"{s}{e}", f"{e}{s}") for s, e in product((field, *sided.stems), ends))
            for name in (*own, *(n for pair in both for n in pair if not n[0].isdigit())):
                names.setdefault(normal(name), f"{field}_{side}")
    return names


def network_names(layout: str) -> dict[str, tuple[str, ...]]:
    """The fields of a network's file, ``arms`` or ``contrasts``, and the names of each."""
    accepted = _accepted()
    own = accepted.network_arms if layout == "arms" else accepted.network_contrasts
    return own | {field: accepted.fields[field] for field in accepted.network_beside}


def value_kind(word: str) -> str:
    """``change`` or ``final`` for a word that says which values are meant, else nothing."""
    short = normal(word)
    listed = _accepted().value_words.items()
    return next((kind for kind, words in listed if short in map(normal, words)), "")


def field_names() -> tuple[str, ...]:
    """Every field that ``--column`` can set."""
    accepted = _accepted()
    sided = (f"{field}_{side}" for field in accepted.sided for side in SIDES)
    return (*accepted.fields, *sided, "estimate", *accepted.uncertainty)


def meaning(headings: Sequence[str], overrides: Mapping[str, str]) -> Meaning:
    """What each heading means.

    ``overrides`` maps a field, or one of its names such as ``yi``, to a heading. Raises
    ``InputError`` for an override that names no field or no heading.
    """
    chosen = dict(_overrides(headings, overrides))
    free = [heading for heading in headings if heading not in chosen.values()]
    found: dict[str, list[str]] = {field: [heading] for field, heading in chosen.items()}
    for heading in free:
        field = _fields().get(normal(heading))
        if field is not None and field not in chosen:
            found.setdefault(field, []).append(heading)
    effects = tuple(_effects(headings, chosen))
    return Meaning(
        columns={f: listed[0] for f, listed in found.items() if len(listed) == 1},
        effects=effects,
        twice={f: tuple(listed) for f, listed in found.items() if len(listed) > 1},
    )


def _overrides(headings: Sequence[str], overrides: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    known = {normal(heading): heading for heading in headings if heading}
    effects = _accepted().effects
    effect_names = {normal(n) for effect in effects for n in effect.names}
    uncertain = {
        normal(n): field
        for field, listed in _accepted().uncertainty.items()
        for n in (field, *listed)
        if "{" not in n
    }
    problems = []
    for name, heading in overrides.items():
        short = normal(name)
        field = "estimate" if short in effect_names else uncertain.get(short, "")
        field = field or _fields().get(short, "")
        if not field:
            accepted = f"a field: {', '.join(field_names())}"
            problems.append(InputProblem("--column", shown(f"{name}={heading}"), accepted))
        elif normal(heading) not in known:
            accepted = f"a heading of the file: {', '.join(known.values())}"
            problems.append(InputProblem("--column", shown(f"{name}={heading}"), accepted))
        else:
            yield field, known[normal(heading)]
    if problems:
        raise InputError(problems)


def _effects(headings: Sequence[str], chosen: Mapping[str, str]) -> Iterator[EffectColumn]:
    forced = chosen.get("estimate")
    by_name = {normal(n): effect for effect in _accepted().effects for n in effect.names}
    taken = {h for field, h in chosen.items() if field not in _accepted().uncertainty}
    for heading in headings if forced is None else [forced]:
        known = by_name.get(normal(heading))
        if forced is None and (known is None or heading in taken):
            continue
        uncertainty = dict(_uncertainty(heading, headings, chosen))
        yield EffectColumn(
            heading=heading,
            measure=known.measure if known else "",
            scale=known.scale if known else "",
            uncertainty=uncertainty,
        )


def _uncertainty(
    effect: str, headings: Sequence[str], chosen: Mapping[str, str]
) -> Iterator[tuple[str, str]]:
    known = {normal(heading): heading for heading in headings if heading and heading != effect}
    for field, patterns in _accepted().uncertainty.items():
        if field in chosen:
            yield field, chosen[field]
            continue
        # The names made from the effect's own come first: or_se is surer than se.
        names = sorted((field, *patterns), key=lambda pattern: "{" not in pattern)
        for pattern in names:
            name = normal(pattern.replace("{effect}", effect))
            if name in known:
                yield field, known[name]
                break
