"""From counts to what may be shown of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from speciosa import __version__
from speciosa.cohort.counts import ExportCounts, FileCounts, ShardCounts
from speciosa.cohort.options import Options
from speciosa.cohort.summary import by_age, group
from speciosa.cohort.summary.cells import Cells
from speciosa.cohort.summary.reading import Counted
from speciosa.cohort.summary.result import Provenance, Summary
from speciosa.cohort.summary.tally import Group, Tally
from speciosa.cohort.summary.words import headline
from speciosa.knowledge import Knowledge, load
from speciosa.knowledge.screening import SummaryWording

_FACTS = ("screening/smallest_cell", "screening/oldest_age")
_KRATOM, _GAD = "kratom", "gad"
_LABELS: Mapping[str, str] = {
    _KRATOM: "With kratom in the record",
    _GAD: "With generalized anxiety disorder, not among those above",
}


def summarise(  # noqa: PLR0913  # each is another thing that was counted or asked
    tally: Tally,
    *,
    files: Iterable[FileCounts],
    shards: Iterable[ShardCounts],
    export: ExportCounts,
    options: Options,
    transaction_time: str = "",
    smallest_cell: int | None = None,
) -> Summary:
    """The counts of a screening as far as they may be shown; the order of files changes nothing.

    ``smallest_cell`` is the smallest count of people above 0 that is shown: by default that of the
    policy in the knowledge base; 1 shows all.
    """
    knowledge = load()
    wording = knowledge.screening.wording
    policy = knowledge.screening.smallest_cell
    smallest = policy if smallest_cell is None else max(smallest_cell, 1)
    counted = Counted(files, shards, export)
    groups = {_KRATOM: tally.kratom}
    if options.gad:
        groups[_GAD] = tally.gad_alone
    cells = _settled(counted, groups, smallest, wording)
    shown = {
        name: group.summary(cells, name, _LABELS[name], people, wording)
        for name, people in groups.items()
    }
    left_over = counted.left_over(wording, smallest)
    return Summary(
        headline=headline(shown[_KRATOM].total, left_over),
        people=cells.line("people", "People in the export"),
        kratom=shown[_KRATOM],
        gad_alone=shown.get(_GAD),
        left_over=left_over,
        read=counted.summary(cells, wording),
        everybody=by_age.ages(cells, "people", "people"),
        smallest_cell=cells.smallest,
        limit_from_policy=cells.smallest == policy,
        what_it_is=wording.what_it_is.format(
            promise=(wording.no_small_counts if smallest > 1 else wording.all_shown).format(
                most=smallest - 1
            )
        ),
        not_meant=wording.not_meant,
        for_whom=wording.for_whom,
        not_looked_at=wording.not_looked_at,
        about_cells=_about_cells(wording, cells.smallest),
        references=tuple(knowledge.cite(fact) for fact in _FACTS),
        provenance=_provenance(knowledge, options, transaction_time),
    )


def _settled(
    counted: Counted, groups: Mapping[str, Group], smallest: int, wording: SummaryWording
) -> Cells:
    """What may be shown. Where groups are too small for ages and sexes, the ages are left out."""
    with_ages = _cells(counted, groups, smallest, wording, ages=True)
    hidden = by_age.hidden(with_ages, tuple(groups))
    if not hidden:
        return with_ages
    without = _cells(counted, groups, smallest, wording, ages=False)
    return without if by_age.hidden(without, tuple(groups)) < hidden else with_ages


def _cells(
    counted: Counted,
    groups: Mapping[str, Group],
    smallest: int,
    wording: SummaryWording,
    *,
    ages: bool,
) -> Cells:
    cells = Cells(smallest)
    counted.declare(cells)
    for name, people in groups.items():
        group.declare(cells, name, people, wording, ages=ages)
    by_age.declare_rest(cells, "people", tuple(groups), ages=ages)
    cells.settle()
    return cells


def _about_cells(wording: SummaryWording, smallest: int) -> str:
    if smallest <= 1:
        return wording.all_shown
    told = (wording.small_cells, wording.hidden, wording.banded, wording.one_page)
    return " ".join(told).format(smallest=smallest, most=smallest - 1)


def _provenance(knowledge: Knowledge, options: Options, transaction_time: str) -> Provenance:
    return Provenance(
        speciosa_version=__version__,
        knowledge_release=knowledge.release.number,
        knowledge_date=knowledge.release.date,
        date=options.date.isoformat(),
        transaction_time=transaction_time,
        seed=options.seed,
        subjects=options.subjects,
        gad=options.gad,
        intended_use=knowledge.release.intended_use,
    )
