"""All pairs of the base as a table: one row a pair, also where nothing can be said."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Sequence

import msgspec

from speciosa.knowledge import Knowledge
from speciosa.pharmacology.interactions.grading import strength_of
from speciosa.pharmacology.interactions.kinetics.change import Ratio
from speciosa.pharmacology.interactions.matrix import Cell
from speciosa.report.simulation.table import not_installed

ENDINGS = (".csv", ".parquet", ".json")


class PairRow(msgspec.Struct, frozen=True, kw_only=True):
    """One ordered pair; ``no_ratio`` says why ``median`` is absent."""

    victim: str
    perpetrator: str
    observed: float | None
    median: float | None
    p05: float | None
    p95: float | None
    ceiling: float | None
    strength: str
    shares: str
    enzymes: str
    by_class: bool | None
    flags: str
    no_ratio: str


COLUMNS = PairRow.__struct_fields__


def rows(cells: Iterable[Cell], knowledge: Knowledge) -> Iterator[PairRow]:
    """The rows of the table, in the order of the pairs."""
    for cell in cells:
        found = cell.found
        observed = cell.observed.auc_ratio if cell.observed else None
        modelled = found if isinstance(found, Ratio) else None
        fails = found.failed_activation
        unjudged = (f"not judged by this ratio: {fails}",) if fails else ()
        shown = observed if observed is not None else modelled.median if modelled else None
        yield PairRow(
            victim=cell.victim.id,
            perpetrator=cell.perpetrator,
            observed=observed,
            median=_told(modelled.median) if modelled else None,
            p05=_told(modelled.low) if modelled else None,
            p95=_told(modelled.high) if modelled else None,
            ceiling=_told(modelled.ceiling) if modelled and modelled.ceiling else None,
            strength=strength_of(shown, knowledge) if shown is not None and not unjudged else "",
            shares=_shares(modelled),
            enzymes=" ".join(modelled.enzymes) if modelled else "",
            by_class=modelled.by_class if modelled else None,
            flags="; ".join((*found.flags, *unjudged)),
            no_ratio="" if isinstance(found, Ratio) else found.why,
        )


def _told(value: float) -> float:
    return float(f"{value:.4g}")


def _shares(modelled: Ratio | None) -> str:
    shares = modelled.shares if modelled else {}
    return "; ".join(f"{name} {share:.0%}" for name, share in shares.items())


def as_csv(found: Sequence[PairRow]) -> bytes:
    """Comma-separated UTF-8 with a header line; empty where a value is absent."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COLUMNS)
    writer.writerows(msgspec.structs.astuple(row) for row in found)
    return text.getvalue().encode()


def as_json(found: Sequence[PairRow]) -> bytes:
    """A list of rows."""
    return msgspec.json.encode(found)


def as_parquet(found: Sequence[PairRow]) -> bytes:
    """Apache Parquet. Needs the extra ``tables``; raises ``InputError`` where it is missing."""
    try:
        import pyarrow as pa  # noqa: PLC0415  # an optional extra
        import pyarrow.parquet as pq  # noqa: PLC0415
    except ImportError:
        raise not_installed("--out", "Parquet", "tables", "a file that ends in .csv") from None
    columns = {name: [getattr(row, name) for row in found] for name in COLUMNS}
    out = io.BytesIO()
    pq.write_table(pa.table(columns), out)
    return out.getvalue()
