"""What was read, and what was not: files, lines, resources by type, and everybody in them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from speciosa.cohort.counts import ExportCounts, FileCounts, ShardCounts, added
from speciosa.cohort.summary import by_age
from speciosa.cohort.summary.bands import Bands
from speciosa.cohort.summary.cells import Cells, alone, line
from speciosa.cohort.summary.result import BadLines, Figure, Line, ReadSummary
from speciosa.knowledge.screening import SummaryWording

# Of the people found, or one a person: their exact number could be that of a hidden count.
_IN_TENS = frozenset({"denied", "somebody_else", "duplicates"})
_OTHERS = "other resources"


class Counted:
    """All files and groups of people added up."""

    def __init__(
        self, files: Iterable[FileCounts], shards: Iterable[ShardCounts], export: ExportCounts
    ) -> None:
        self.files = sorted(files, key=lambda one: one.file)
        self.export = export
        self.people = by_age.by_cell(cell for one in self.files for cell in one.people)
        self.deceased = sum(c.people for one in self.files for c in one.people if c.deceased)
        self.resources = added(one.resources for one in self.files)
        self.bad = added(one.bad for one in self.files)
        self.lines = sum(one.lines for one in self.files)
        self.deleted = sum(one.deleted for one in self.files)
        self.unresolved = added(one.unresolved for one in self.files)
        held = list(shards)
        self.unread = added(one.unread for one in held)
        self.beside = {
            "denied": sum(one.denied for one in held),
            "somebody_else": sum(one.somebody_else for one in held),
            "duplicates": sum(one.duplicates for one in held),
        }
        if export.look_alikes is not None:
            self.beside["look_alikes"] = export.look_alikes

    def declare(self, cells: Cells) -> None:
        """Name the counts, from lines down to people by age."""
        count = sum(self.people.values())
        total = sum(self.resources.values())
        others = {kind: n for kind, n in self.resources.items() if kind != "Patient"}
        patients = total - sum(others.values())
        cells.add("people", count, dear=True)
        by_age.declare(cells, "people", self.people)
        cells.adds_up("people", {"deceased": self.deceased})
        cells.add_unnamed(_OTHERS, sum(others.values()))
        cells.adds_up(_OTHERS, others)
        cells.add("Patient", patients)
        # A person can have more than one Patient, in versions and in files.
        cells.add("repeated", patients - count, of_people=False)
        cells.is_sum("Patient", ("people", "repeated"))
        cells.add("resources", total, dear=True)
        cells.is_sum("resources", ("Patient", _OTHERS))
        cells.add("deleted", self.deleted)
        cells.add("bad", sum(self.bad.values()), of_people=False)
        cells.add("lines", self.lines, dear=True)
        cells.is_sum("lines", ("resources", "deleted", "bad"))

    def summary(self, cells: Cells, wording: SummaryWording) -> ReadSummary:
        """What was read as far as it may be shown, and what was not with what that costs."""
        smallest = cells.smallest
        bands = Bands(smallest)
        unread = [
            line(why, why, bands.figure(n)) for why, n in self.unread.items() if n >= smallest
        ]
        return ReadSummary(
            files=len(self.files),
            lines=cells.line("lines", "Lines"),
            bad_lines=sum(self.bad.values()),
            resources=cells.line("resources", "Resources"),
            types=self._types(cells),
            deceased=cells.line("people/deceased", "Of these, deceased"),
            bad=self._bad_lines(),
            deleted=cells.line("deleted", "Deleted by the server, so not used"),
            unresolved=tuple(
                line(kind, kind, alone(count, smallest))
                for kind, count in self.unresolved.items()
                if count
            ),
            beside=tuple(
                line(key, term.label, self._beside(key, smallest), meaning=term.meaning)
                for key, term in wording.beside.items()
                if key in self.beside
            ),
            notes=tuple(
                line(what, what, alone(count, smallest))
                for what, count in _largest_first(self.export.notes)
                if count
            ),
            unread=tuple(sorted(unread, key=lambda one: (-one.count.least, one.key))),
            unread_rare=len(self.unread) - len(unread),
            absent={
                kind: why for kind, why in wording.expected.items() if not self.resources.get(kind)
            },
            doubts=tuple(
                line(why, why, alone(count, smallest))
                for why, count in _largest_first(self.export.doubts)
                if count
            ),
            skipped=dict(sorted(Counter(self.export.skipped.values()).items())),
            server_errors=dict(sorted(self.export.errors.items())),
            differing=len(self.export.differing),
        )

    def left_over(self, wording: SummaryWording, smallest: int) -> tuple[Line, ...]:
        """What names kratom and was led to nobody: people, and entries."""
        figures = {
            "lost": Bands(smallest).figure(self.export.lost),
            "of_nobody": alone(self.export.of_nobody, smallest),
        }
        return tuple(
            line(key, term.label, figures[key], meaning=term.meaning)
            for key, term in wording.left_over.items()
            if figures[key].people != 0
        )

    def _beside(self, key: str, smallest: int) -> Figure:
        if key in _IN_TENS:
            return Bands(smallest).figure(self.beside[key])
        return alone(self.beside[key], smallest)

    def _bad_lines(self) -> tuple[BadLines, ...]:
        """By reason; the name of a file can be that of a person, so files are counted."""
        return tuple(
            BadLines(why=why, lines=count, files=sum(bool(f.bad.get(why)) for f in self.files))
            for why, count in _largest_first(self.bad)
            if count
        )

    def _types(self, cells: Cells) -> tuple[Line, ...]:
        return tuple(
            cells.line("Patient" if kind == "Patient" else f"{_OTHERS}/{kind}", kind)
            for kind, count in _largest_first(self.resources)
            if count
        )


def _largest_first(counts: dict[str, int]) -> list[tuple[str, int]]:
    return sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))
