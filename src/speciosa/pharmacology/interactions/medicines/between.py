"""Every ordered pair of the list, and one row more for a victim of several."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from speciosa.pharmacology.interactions.medicines.pair import pair_row
from speciosa.pharmacology.interactions.medicines.together import combined_row

if TYPE_CHECKING:
    from speciosa.pharmacology.interactions.kratom.use import KratomContext
    from speciosa.pharmacology.interactions.medicines.prepared import Prepared
    from speciosa.pharmacology.interactions.recognise import Item
    from speciosa.pharmacology.interactions.result import Interaction

_SEVERAL = 2


def between_medicines(
    items: Sequence[Item],
    kratom: KratomContext,
    prepared: Prepared,
) -> Iterator[Interaction]:
    """Rows of pairs that matter, and one more for a victim of several perpetrators."""
    for victim in items:
        rows: list[tuple[Item, Interaction]] = []
        for perpetrator in items:
            if perpetrator.id != victim.id:
                row = pair_row(perpetrator, victim, prepared)
                if row is not None:
                    rows.append((perpetrator, row))
        yield from (row for _, row in rows)
        if len(rows) >= _SEVERAL:
            combined = combined_row(victim, rows, kratom, prepared)
            if combined is not None:
                yield combined
