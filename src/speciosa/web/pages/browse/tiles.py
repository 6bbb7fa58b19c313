"""Where each state of the United States stands in a map of equal tiles: row and column."""

from __future__ import annotations

_MAP = """
AK .. .. .. .. .. .. .. .. .. ME
.. .. .. .. .. .. .. .. .. VT NH
WA ID MT ND MN IL WI MI NY RI MA
OR NV WY SD IA IN OH PA NJ CT ..
CA UT CO NE MO KY WV VA MD DE ..
.. AZ NM KS AR TN NC SC DC .. ..
.. .. .. OK LA MS AL GA .. .. ..
HI .. .. TX .. .. .. .. FL .. ..
"""

PLACES: dict[str, tuple[int, int]] = {
    f"US-{name}": (row, column)
    for row, line in enumerate(_MAP.strip().splitlines(), start=1)
    for column, name in enumerate(line.split(), start=1)
    if name != ".."
}
