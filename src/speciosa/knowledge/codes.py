"""Codes of terminologies for what a case and an assessment say: LOINC, ICD-10-CM, UNII, UCUM.

A code that was not confirmed in a source is ``verified: false``: it may help to read what others
send, and is never written out. ``exact`` is false where a code says more than our word does
("essential hypertension" for ``hypertension``): such a code is understood and not written either.
Codes of medicines stand in their own records.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import cached_property
from typing import Any

import msgspec

from speciosa.errors import KnowledgeError
from speciosa.knowledge import files
from speciosa.knowledge.fact import Basis, Fact
from speciosa.knowledge.instruments import Instruments
from speciosa.knowledge.instruments.checks import loinc_is_sound
from speciosa.knowledge.table import Table


class System(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A terminology: short name, FHIR address, other addresses in use, what its owner asks for."""

    name: str
    url: str
    title: str
    also: tuple[str, ...] = ()
    notice: str = ""


class _Sourced(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    sources: tuple[str, ...] = ()
    basis: Basis = Basis.SOURCE
    verified: bool = False
    read_on: str = ""
    note: str = ""


class Code(_Sourced, frozen=True, kw_only=True):
    """One code for one thing. ``key`` says for what (``lab/alt``, ``condition/gad``).

    ``units`` are the UCUM units that the code takes for granted; empty where it takes none.
    ``named`` is false where ``display`` is our wording and not the name in the terminology.
    """

    key: str
    system: str
    code: str
    display: str
    units: tuple[str, ...] = ()
    exact: bool = True
    named: bool = True
    url: str = ""
    fact: str = ""

    @property
    def fact_id(self) -> str:
        """The fact that this code rests on."""
        return self.fact or f"codes/{self.key}/{self.code}"

    @property
    def may_be_written(self) -> bool:
        """Whether the code was confirmed and says no more than our word."""
        return self.verified and self.exact


class Unit(_Sourced, frozen=True, kw_only=True):
    """A unit of UCUM; ``written`` are the ways in which it is written here."""

    name: str
    code: str
    written: tuple[str, ...]


class Codes(Table):
    """Look-ups by use (``of``, ``confirmed``) and by code (``find``)."""

    name = "codes"

    def __init__(self, instruments: Callable[[], Instruments]) -> None:
        self._instruments = instruments

    @cached_property
    def systems(self) -> Mapping[str, System]:
        """Every terminology by short name."""
        return {s.name: s for s in files.read("codes/systems.json", tuple[System, ...])}

    @cached_property
    def _listed(self) -> tuple[Code, ...]:
        lists = files.read_folder("codes/lists", tuple[Code, ...])
        return tuple(self._addressed(code) for _, codes in lists for code in codes)

    @cached_property
    def _units(self) -> tuple[Unit, ...]:
        return files.read("codes/units.json", tuple[Unit, ...])

    @cached_property
    def _all(self) -> tuple[Code, ...]:
        return (*self._listed, *map(self._addressed, _of_instruments(self._instruments())))

    @cached_property
    def _by_key(self) -> Mapping[str, tuple[Code, ...]]:
        found: dict[str, tuple[Code, ...]] = {}
        for code in self._all:
            found[code.key] = (*found.get(code.key, ()), code)
        return found

    @cached_property
    def _by_code(self) -> Mapping[tuple[str, str], tuple[Code, ...]]:
        found: dict[tuple[str, str], tuple[Code, ...]] = {}
        for code in self._all:
            place = (code.system, code.code)
            found[place] = (*found.get(place, ()), code)
        return found

    @cached_property
    def _system_names(self) -> Mapping[str, str]:
        return {
            _plain(name): system.name
            for system in self.systems.values()
            for name in (system.name, system.url, *system.also)
        }

    @cached_property
    def _unit_names(self) -> Mapping[str, Unit]:
        return {name: unit for unit in self._units for name in (unit.code, *unit.written)}

    def of(self, key: str) -> tuple[Code, ...]:
        """Every code for one use, confirmed or not; empty where none is known."""
        return self._by_key.get(key, ())

    def confirmed(self, key: str, *, unit: str = "", system: str = "") -> Code | None:
        """The first code for one use that may be written, for a UCUM unit and system if given."""
        for code in self.of(key):
            fits = not unit or not code.units or unit in code.units
            if code.may_be_written and fits and system in ("", code.system):
                return code
        return None

    def needed(self, key: str) -> Code:
        """As ``confirmed``, for a code that must be there. Raises ``KnowledgeError`` without it."""
        found = self.confirmed(key)
        if found is None:
            raise KnowledgeError(f"no confirmed code for {key}")
        return found

    def find(self, system: str, code: str) -> tuple[Code, ...]:
        """What a code of a system (short name or address) stands for; empty where not known."""
        return self._by_code.get((self.system_name(system), code.strip()), ())

    def system_name(self, system: str) -> str:
        """The short name of a terminology by its name or address; "" for an unknown one."""
        return self._system_names.get(_plain(system), "")

    def unit(self, written: str) -> Unit | None:
        """The unit behind a UCUM code or one of our ways of writing it."""
        return self._unit_names.get(written.strip())

    def facts(self) -> Iterator[Fact]:
        """Every code and unit of this table (those of instruments are facts of theirs)."""
        for code in self._listed:
            yield Fact(
                id=code.fact_id,
                subject=code.display,
                quantity=f"code in {self.systems[code.system].title}",
                value=code.code,
                conditions="" if code.exact else "says more than our word; not written",
                **_origin(code),
            )
        for unit in self._units:
            yield Fact(
                id=f"codes/unit/{unit.name}",
                subject=f"unit written {' or '.join(unit.written)}",
                quantity="code in UCUM",
                value=unit.code,
                **_origin(unit),
            )

    def problems(self) -> Iterator[str]:
        """LOINC codes with a wrong check digit, units that no list holds, a system of no name."""
        for code in self._listed:
            if code.system not in self.systems:
                yield f"{code.fact_id}: no code system is called {code.system}"
            elif code.system == "loinc" and _wrong(code.code):
                yield f"{code.fact_id}: the check digit is wrong"
            for unit in code.units:
                if self.unit(unit) is None:
                    yield f"{code.fact_id}: the unit {unit} is not known"

    def _addressed(self, code: Code) -> Code:
        return msgspec.structs.replace(code, url=self.systems[code.system].url)


def _of_instruments(instruments: Instruments) -> Iterator[Code]:
    """The LOINC codes that the records of questionnaires hold, under the same kind of key."""
    for instrument in instruments.by_id.values():
        start = instrument.start
        for part in ("panel", "total"):
            said = instrument.statement(f"loinc/{part}")
            if said is not None:
                yield Code(
                    key=f"{start}/{part}", system="loinc", code=str(said.value),
                    display=f"{instrument.name} {part}", named=False, verified=said.verified,
                    sources=said.sources, fact=f"{start}/loinc/{part}",
                )  # fmt: skip
        answers = instrument.statement("answers")
        for answer in instrument.answers:
            if answer.loinc and answers is not None:
                yield Code(
                    key=f"{start}/answer/{answer.score}", system="loinc", code=answer.loinc,
                    display=answer.text, verified=answers.verified, sources=answers.sources,
                    fact=f"{start}/answers",
                )  # fmt: skip
        panel = instrument.statement("loinc/panel")
        for item in instrument.items:
            if item.loinc and panel is not None:
                yield Code(
                    key=f"{start}/item/{item.number}", system="loinc", code=item.loinc,
                    display=item.text, named=False, verified=panel.verified, sources=panel.sources,
                    fact=f"{start}/item/{item.number}",
                )  # fmt: skip


def _origin(record: _Sourced) -> dict[str, Any]:
    return {
        "sources": record.sources,
        "basis": record.basis,
        "verified": record.verified,
        "read_on": record.read_on,
        "note": record.note,
    }


def _wrong(loinc: str) -> bool:
    """Whether a check digit is wrong; codes of answers (``LA6568-5``) have another one."""
    return not loinc.startswith("LA") and not loinc_is_sound(loinc)


def _plain(name: str) -> str:
    return name.strip().casefold().rstrip("/")
