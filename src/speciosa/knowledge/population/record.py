"""Records of documented populations: who they are, their bodies, and what is assumed of bodies."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from enum import StrEnum
from typing import ClassVar

import msgspec

from speciosa.knowledge.fact import Basis, Fact


class _Record(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Strict and frozen, as every record of the base."""


class Cell(_Record, frozen=True, kw_only=True):
    """One sex and a span of ages, both ends included."""

    sex: str
    from_years: int
    to_years: int

    @property
    def name(self) -> str:
        """``female/18-29``."""
        return f"{self.sex}/{self.from_years}-{self.to_years}"

    @property
    def words(self) -> str:
        """``women of the USA, 18 to 29 years``."""
        who = "women" if self.sex == "female" else "men"
        if self.from_years == self.to_years:
            return f"{who} of the USA, {self.from_years} years and over"
        return f"{who} of the USA, {self.from_years} to {self.to_years} years"


class Build(Cell, frozen=True, kw_only=True):
    """Height and body mass index of a cell; the index at the percentiles of the table."""

    n: int
    height_mean_cm: float
    height_sd_cm: float
    bmi_kg_m2: tuple[float, ...]


class Bodies(_Record, frozen=True, kw_only=True):
    """Bodies of the adults examined in a survey: how many they were, cell by cell."""

    n: int
    percentiles: tuple[int, ...]
    rows: tuple[Build, ...]


class Share(Cell, frozen=True, kw_only=True):
    """Which part of a population a cell is."""

    share: float


class AncestryRow(_Record, frozen=True, kw_only=True):
    """Shares of the groups that a survey asked for, in a span of ages; the rest is not known."""

    from_years: int
    to_years: int
    n: int
    shares: Mapping[str, float]


class Documented(_Record, frozen=True, kw_only=True):
    """A population: in words, its limits, and the facts that its make-up was reckoned from.

    ``ancestry`` is ``by_age`` for that of all adults, the fact with the share who call themselves
    White, where that is all that is known, or ``unknown``.
    """

    BY_AGE: ClassVar[str] = "by_age"
    UNKNOWN: ClassVar[str] = "unknown"

    id: str
    title: str
    about: str
    limits: tuple[str, ...]
    made_of: tuple[str, ...]
    ancestry: str


class Law(StrEnum):
    """How a figure of a person moves parameters."""

    POWER = "power"
    RAMP = "ramp"
    CLASS = "class"


class BodyEffect(_Record, frozen=True, kw_only=True):
    """One assumed effect of the body: what moves which parameters of which structure.

    ``facts`` of a ``power`` are the reference and the exponent; of a ``ramp`` where it begins,
    where it ends and the factor at its end; of a ``class`` the ratio of areas in each class.
    """

    id: str
    column: str
    law: Law
    facts: tuple[str, ...]
    parameters: Mapping[str, tuple[str, ...]]
    sentence: str


_SURVEY = "pop-nhanes0912"
_READ_ON = "2026-11-23"


def _reckoned(  # noqa: PLR0913, PLR0917 - a figure and what it says
    fact_id: str, subject: str, quantity: str, value: float, unit: str, n: int
) -> Fact:
    """A figure reckoned from the rows of the survey."""
    return Fact(
        id=f"population/{fact_id}",
        subject=subject,
        quantity=quantity,
        value=value,
        unit=unit,
        n=n,
        conditions="2009 to 2012, examination weights, pregnant women left out of bodies",
        sources=(_SURVEY,),
        basis=Basis.DERIVED,
        verified=True,
        read_on=_READ_ON,
    )


def body_facts(bodies: Bodies) -> Iterator[Fact]:
    """Every figure of the bodies."""
    yield _reckoned("bodies/n", "adults examined", "number of adults", bodies.n, "", bodies.n)
    for row in bodies.rows:
        at = f"bodies/{row.name}"
        yield _reckoned(f"{at}/height", row.words, "mean height", row.height_mean_cm, "cm", row.n)
        quantity = "standard deviation of height"
        yield _reckoned(f"{at}/height_sd", row.words, quantity, row.height_sd_cm, "cm", row.n)
        for percent, value in zip(bodies.percentiles, row.bmi_kg_m2, strict=False):
            quantity = f"body mass index, percentile {percent}"
            yield _reckoned(f"{at}/bmi/{percent}", row.words, quantity, value, "kg/m2", row.n)


def ancestry_facts(rows: tuple[AncestryRow, ...]) -> Iterator[Fact]:
    """The share of every group at every age."""
    for row in rows:
        ages = f"{row.from_years}-{row.to_years}"
        for group, share in row.shares.items():
            quantity = f"share who call themselves {group}"
            subject = f"adults of the USA, {row.from_years} to {row.to_years} years, 2011-2012"
            yield _reckoned(f"ancestry/{ages}/{group}", subject, quantity, share, "1", row.n)


def make_up_facts(
    record: Documented, shares: tuple[Share, ...], sources: tuple[str, ...]
) -> Iterator[Fact]:
    """The share of every cell of a population."""
    for row in shares:
        yield Fact(
            id=f"population/people/{record.id}/{row.name}",
            subject=record.title,
            quantity=f"share who are {row.words}",
            value=row.share,
            unit="1",
            sources=sources,
            basis=Basis.DERIVED,
            note=record.about,
        )
