"""People by sex and age: how they add up, for everybody and for a group of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from speciosa.cohort.counts import BANDS, SEXES, PeopleCell
from speciosa.cohort.summary.cells import Cells, line
from speciosa.cohort.summary.result import AgeCell, Line
from speciosa.cohort.summary.words import OTHER_SEX, SEX, ages_in_words

NO_AGE = BANDS[-1]
_WITH_AGES = ("female", "male")

People = Mapping[tuple[str, str], int]


def by_cell(cells: Iterable[PeopleCell]) -> dict[tuple[str, str], int]:
    """People by sex and age; the dead have no age on the day of the screening."""
    found: dict[tuple[str, str], int] = {}
    for cell in cells:
        sex = cell.sex if cell.sex in SEXES else "unknown"
        key = sex, NO_AGE if cell.deceased else cell.ages
        found[key] = found.get(key, 0) + cell.people
    return found


def declare(cells: Cells, total: str, people: People, *, ages: bool = True) -> None:
    """Name the counts by sex and, for women and men, if ``ages``, by age.

    Ages of both sexes together are left out: beside those of each they would give away how old the
    few others are, so that much more would have to be hidden.
    """
    by_sex = {sex: _of_sex(people, sex) for sex in _WITH_AGES}
    by_sex[OTHER_SEX] = sum(people.values()) - sum(by_sex.values())
    cells.adds_up(total, by_sex)
    if ages:
        for sex in _WITH_AGES:
            cells.adds_up(f"{total}/{sex}", {band: people.get((sex, band), 0) for band in BANDS})


def declare_rest(cells: Cells, total: str, groups: tuple[str, ...], *, ages: bool = True) -> None:
    """Say that everybody is in one of the groups or in none, by sex and, if ``ages``, age."""
    for step in ("", *(f"/{sex}" for sex in SEX), *(_steps() if ages else ())):
        cells.is_sum(f"{total}{step}", tuple(f"{group}{step}" for group in groups))


def hidden(cells: Cells, groups: tuple[str, ...]) -> int:
    """How many counts by sex are hidden in groups large enough to be broken down."""
    return sum(
        cells.is_hidden(f"{group}/{sex}")
        for group in groups
        if cells.is_broken_down(group)
        for sex in SEX
    )


def has_ages(cells: Cells, group: str) -> bool:
    """Whether the counts of a group were named by age."""
    return all(cells.has(f"{group}/{sex}/{BANDS[0]}") for sex in _WITH_AGES)


def _steps() -> Iterator[str]:
    return (f"/{sex}/{ages}" for sex in _WITH_AGES for ages in BANDS if ages != NO_AGE)


def _of_sex(people: People, sex: str) -> int:
    return sum(count for (one, _), count in people.items() if one == sex)


def sexes(cells: Cells, group: str, total: str) -> tuple[Line, ...]:
    """A group by sex, as shares of everybody of that sex."""
    return tuple(
        cells.line(f"{group}/{sex}", label, of=cells.figure(f"{total}/{sex}"))
        for sex, label in SEX.items()
    )


def ages(cells: Cells, group: str, total: str) -> tuple[AgeCell, ...]:
    """A group by age and sex, as shares of the living of that age and sex."""
    return tuple(
        AgeCell(
            sex=sex,
            ages=band,
            line=line(
                f"{sex}/{band}",
                f"{SEX[sex]}, {ages_in_words(band)}",
                cells.figure(f"{group}/{sex}/{band}"),
                None if band == NO_AGE or group == total else cells.figure(f"{total}/{sex}/{band}"),
            ),
        )
        for band in BANDS
        for sex in _WITH_AGES
    )
