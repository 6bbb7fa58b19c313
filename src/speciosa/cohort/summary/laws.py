"""People under the same laws: where they live can be told by that, so it is audited like a cell."""

from __future__ import annotations

from speciosa.cohort.summary.bands import Bands
from speciosa.cohort.summary.cells import Cells
from speciosa.cohort.summary.disclosure import Standing
from speciosa.cohort.summary.result import Figure
from speciosa.cohort.summary.tally import Group, Key


def declare(cells: Cells, name: str, group: Group) -> None:
    """Name how many are under each law, of people told apart by all laws that they are under."""
    places = {_place(name, i): count for i, (_, count) in enumerate(sorted(group.laws.items()))}
    for place, count in places.items():
        cells.add_unnamed(place, count)
    cells.is_sum(name, places)
    for law in sorted(set(_cells(name, group).values()) - {name}):
        of = [_place(name, int(i)) for i in law.rpartition("/")[2].split("+")]
        count = sum(places[place] for place in of)
        # A law for too few people is not on the page.
        add = cells.add_unnamed if count < cells.smallest else cells.add
        add(law, count)
        cells.is_sum(law, of)


def figures(cells: Cells, name: str, group: Group, bands: Bands) -> dict[Key, Figure]:
    """How many people each law is shown to be for: a band, where even the count might be shown."""
    return {
        key: bands.figure(group.findings[key].people)
        if cells.is_shown(cell) or group.findings[key].people < cells.smallest
        else Figure(people=None, words=f"{cells.smallest} or more", standing=Standing.HIDDEN)
        for key, cell in _cells(name, group).items()
    }


def _cells(name: str, group: Group) -> dict[Key, str]:
    """The cell of each law: laws for the same people share one, the group's own where for all."""
    places: dict[Key, list[str]] = {}
    for i, laws in enumerate(sorted(group.laws)):
        for key in laws:
            places.setdefault(key, []).append(str(i))
    return {
        key: name if len(of) == len(group.laws) else f"{name}/law/{'+'.join(of)}"
        for key, of in places.items()
    }


def _place(name: str, number: int) -> str:
    return f"{name}/place {number}"
