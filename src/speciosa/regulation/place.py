"""What a place code means, what encloses it, and what to suggest when it means nothing."""

from __future__ import annotations

import datetime as dt
import re
from typing import TYPE_CHECKING

import msgspec

from speciosa.errors import InputError, InputProblem
from speciosa.knowledge.law import level_by_form
from speciosa.knowledge.law.record import Jurisdiction, Level

if TYPE_CHECKING:
    from speciosa.knowledge.law import Law

ACCEPTED = "an ISO 3166 code such as GB or US-TN, or a place below one such as US-CA/san-diego-city"
_CODE = re.compile(r"[A-Z]{2}(-[A-Z0-9]{1,3})?(/[a-z0-9]+(-[a-z0-9]+)*)?")
_SHOWN = 60


class Layer(msgspec.Struct, frozen=True, kw_only=True):
    """One layer of a place: its code, name and level, and the record if there is one."""

    code: str
    name: str
    level: Level
    record: Jurisdiction | None
    facts: tuple[str, ...] = ()


def layers_of(law: Law, place: str, date: dt.date) -> tuple[Layer, ...]:
    """The place and everything that encloses it on that date, widest first.

    Raises ``InputError`` for a code that is neither ISO 3166 nor on file.
    """
    if not _CODE.fullmatch(place):
        raise _not_a_place(law, place)
    code = law.places.aliases.get(place, place)
    chain: list[Layer] = []
    step: str | None = code
    while step:
        layer = _layer(law, step)
        if layer is None:
            raise _not_a_place(law, place)
        chain.append(layer)
        step = _parent(layer)
    chain.extend(_above(law, chain[-1], date))
    return tuple(reversed(chain))


def nearest_locality(law: Law, place: str) -> str:
    """The locality on file below the same parent with the nearest name, or empty."""
    parent, _, slug = place.partition("/")
    on_file = [code.partition("/")[2] for code in law.below(parent) if "/" in code]
    found = _closest(slug, on_file, cutoff=75)
    return f"{parent}/{found}" if found else ""


def _layer(law: Law, code: str) -> Layer | None:
    record = law.get(code)
    if record is not None:
        return Layer(code=code, name=record.name, level=record.level, record=record)
    name = _name(code)
    return Layer(code=code, name=name, level=level_by_form(code), record=None) if name else None


def _parent(layer: Layer) -> str | None:
    if layer.record is not None:
        return layer.record.parent
    if layer.level is Level.LOCALITY:
        return layer.code.partition("/")[0]
    return layer.code.partition("-")[0] if layer.level is Level.STATE else None


def _above(law: Law, top: Layer, date: dt.date) -> list[Layer]:
    """The bloc of a country, if it belonged to one, and the international layer."""
    if top.level is Level.INTERNATIONAL:
        return []
    found: list[Layer] = []
    if top.level is Level.COUNTRY and (belongs := law.bloc_of(top.code, date)):
        bloc, member = belongs
        found.append(
            Layer(
                code=bloc.code,
                name=bloc.name,
                level=bloc.level,
                record=bloc,
                facts=(f"law/{bloc.code}/member/{member.code}",),
            )
        )
    world = _layer(law, "UN")
    return [*found, world] if world else found


def _name(code: str) -> str:
    """The name of an ISO code, or of a locality written out of its code; empty if neither."""
    import pycountry  # noqa: PLC0415  # only for places without a file

    above, _, locality = code.partition("/")
    if locality:
        return locality.replace("-", " ").title()
    if "-" in above:
        return next((str(s.name) for s in pycountry.subdivisions if s.code == above), "")
    found = [c for c in pycountry.countries if c.alpha_2 == above]
    return str(getattr(found[0], "common_name", found[0].name)) if found else ""


# ------------------------------------------------------------------ suggestions


def _not_a_place(law: Law, place: str) -> InputError:
    shown = repr(place if len(place) <= _SHOWN else f"{place[:_SHOWN]}...")
    return InputError([InputProblem("place", shown, ACCEPTED, _suggest(law, place.strip()))])


def _suggest(law: Law, text: str) -> str:
    """The code that was probably meant: the same in other letters, a name, or the nearest."""
    if not text or len(text) > _SHOWN:
        return ""
    upper = text.upper().replace("_", "-")
    head, slash, tail = text.partition("/")
    if slash:
        above = head.upper()
        slug = _slug(tail)
        if _known(law, above) and slug:
            near = f"{above}/{slug}"
            return near if near in law.codes else nearest_locality(law, near) or near
        return _suggest(law, head)
    if upper in law.places.mistaken:
        return law.places.mistaken[upper]
    if _known(law, upper):
        return upper
    return _by_name(law, text) or _by_code(upper)


def _known(law: Law, code: str) -> bool:
    if not _CODE.fullmatch(code):
        return False
    return code in law.codes or code in law.places.aliases or bool(_name(code))


def _by_name(law: Law, text: str) -> str:
    names = _names(law)
    wanted = text.casefold()
    codes = names.get(wanted) or names.get(_closest(wanted, list(names), cutoff=85), [])
    return " or ".join(codes[:3])


def _names(law: Law) -> dict[str, list[str]]:
    """Names of countries, states and localities on file, in small letters, to their codes."""
    import pycountry  # noqa: PLC0415  # only when an error is told

    found: dict[str, list[str]] = {}
    for country in pycountry.countries:
        named = {country.alpha_3, country.name, getattr(country, "common_name", country.name)}
        for name in sorted(named):
            found.setdefault(name.casefold(), []).append(country.alpha_2)
    for subdivision in pycountry.subdivisions:
        found.setdefault(subdivision.name.casefold(), []).append(subdivision.code)
    for code in sorted(law.codes):
        if "/" in code:
            found.setdefault(code.partition("/")[2].replace("-", " "), []).append(code)
    return found


def _by_code(code: str) -> str:
    import pycountry  # noqa: PLC0415  # only when an error is told

    country = code.partition("-")[0]
    within = [s.code for s in pycountry.subdivisions if s.country_code == country]
    return _closest(code, within or [c.alpha_2 for c in pycountry.countries], cutoff=50)


def _closest(text: str, among: list[str], *, cutoff: float) -> str:
    from rapidfuzz import fuzz, process  # noqa: PLC0415  # only when something is not found

    found = process.extractOne(text, among, scorer=fuzz.WRatio, score_cutoff=cutoff)
    return str(found[0]) if found else ""


def _slug(text: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", text.casefold()).strip("-")
