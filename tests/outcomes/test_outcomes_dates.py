"""A year that leaves no room to count days from it is refused where it is read."""

from __future__ import annotations

import msgspec
import pytest

from speciosa.clinical.outcomes import Entry, Event, Visit


@pytest.mark.parametrize("year", ["0001", "1899", "2200", "9999"])
@pytest.mark.parametrize(
    ("kind", "body"),
    [
        (Entry, '{{"date": "{year}-12-31"}}'),
        (Event, '{{"date": "{year}-12-31", "kind": "started", "what": "sertraline"}}'),
        (Visit, '{{"planned": "{year}-12-31"}}'),
    ],
)
def test_a_year_out_of_reach_is_refused_by_name(
    kind: type[msgspec.Struct], body: str, year: str
) -> None:
    with pytest.raises(msgspec.ValidationError, match="1900 to 2199"):
        msgspec.json.decode(body.format(year=year), type=kind)
    msgspec.json.decode(body.format(year="2026"), type=kind)
