"""Rows of a network's file with their columns recognised: which mean what, and who is whose arm."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from speciosa.errors import InputError, InputProblem
from speciosa.evidence.studies import cells, names
from speciosa.evidence.studies.cells import shown
from speciosa.evidence.studies.sheet import Sheet

# Beyond this no arm, effect or exposure can be meant.
_MOST = 1e12
_REMARKS = frozenset({"comment", "comments", "note", "remark"})


@dataclass(frozen=True, slots=True)
class Table:
    """Rows by recognised column; ``lines`` are line numbers of the file, for messages.

    ``study`` of a row is the trial it belongs to, whatever columns name it.
    """

    rows: tuple[dict[str, str], ...]
    lines: tuple[int, ...]
    columns: tuple[tuple[str, str], ...]
    unused: tuple[str, ...]

    def has(self, *fields: str) -> bool:
        """Whether all of these columns are there."""
        found = {field for field, _ in self.columns}
        return all(field in found for field in fields)

    def words(self, field: str) -> tuple[str, ...]:
        """The text of a column in every row; empty where the file has no such column."""
        return tuple(row.get(field, "") for row in self.rows)


def recognise(sheet: Sheet, overrides: Mapping[str, str]) -> tuple[str, Table]:
    """The layout ("arms" or "contrasts") and the rows by the columns that it has.

    ``overrides`` maps a field to a heading. Raises ``InputError`` where a column lacks, where two
    could be meant, or where rows do not say whose they are.
    """
    contrasts = _found(sheet, "contrasts", overrides)
    layout = "contrasts" if {"treat1", "treat2"} <= contrasts.keys() else "arms"
    found = contrasts if layout == "contrasts" else _found(sheet, "arms", overrides)
    _known(overrides, layout, sheet)
    picked = _picked(sheet, found)
    if layout == "arms":
        _arm_as_treatment(sheet, picked)
    _complete(layout, picked)
    _values_in_remarks(sheet, picked)
    table = Table(
        rows=tuple({field: row[at] for field, at in picked.items()} for row in sheet.rows),
        lines=sheet.lines,
        columns=tuple((field, sheet.headings[at]) for field, at in picked.items()),
        unused=tuple(h for at, h in enumerate(sheet.headings) if h and at not in picked.values()),
    )
    return layout, _with_trials(table)


def number(
    table: Table, index: int, column: str, problems: list[InputProblem], *, least: float = -math.inf
) -> float:
    """The number in a cell, or NaN after telling what is wrong with it."""
    cell = table.rows[index][column]
    where = f"line {table.lines[index]}, {dict(table.columns)[column]}"
    if cells.is_missing(cell):
        problems.append(InputProblem(where, "nothing", "a number; leave the trial out knowingly"))
        return math.nan
    found = cells.number(cell)
    if found is None:
        problems.append(cells.not_a_number(where, cell, may_lack=False))
        return math.nan
    if abs(found.value) > _MOST or found.value < least:
        wanted = f"a finite number, at most {_MOST:g}"
        wanted = wanted if least == -math.inf else f"{wanted}, at least {least:g}"
        problems.append(InputProblem(where, shown(cell), wanted))
        return math.nan
    return found.value


def above_zero(table: Table, index: int, column: str, problems: list[InputProblem]) -> float:
    """The number in a cell that must be above 0, or NaN after telling what is wrong."""
    value = number(table, index, column, problems)
    if value <= 0:
        where = f"line {table.lines[index]}, {dict(table.columns)[column]}"
        problems.append(InputProblem(where, f"{value:g}", "a number above 0"))
        return math.nan
    return value


# ------------------------------------------------------------------ which columns


def _found(sheet: Sheet, layout: str, overrides: Mapping[str, str]) -> dict[str, list[int]]:
    """Every column that could be a field, the usual name first; one column where it was named."""
    headings = [names.normal(heading) for heading in sheet.headings]
    found: dict[str, list[int]] = {}
    named = {_field(name, layout): names.normal(heading) for name, heading in overrides.items()}
    taken = set(named.values())
    for field, synonyms in names.network_names(layout).items():
        if field in named:
            wanted, free = [named[field]], headings
        else:
            wanted = list(dict.fromkeys(names.normal(name) for name in (field, *synonyms)))
            free = ["" if heading in taken else heading for heading in headings]
        places = [free.index(name) for name in wanted if name in free]
        if places:
            found[field] = places
    return found


def _field(name: str, layout: str) -> str:
    """The field that a name of ``--column`` means, or nothing."""
    short = names.normal(name)
    fields = names.network_names(layout)
    return next((f for f, listed in fields.items() if short in map(names.normal, (f, *listed))), "")


def _known(overrides: Mapping[str, str], layout: str, sheet: Sheet) -> None:
    headings = {names.normal(heading) for heading in sheet.headings}
    problems = []
    for name, heading in overrides.items():
        given = shown(f"{name}={heading}")
        if not _field(name, layout):
            accepted = f"a field: {', '.join(names.network_names(layout))}"
            problems.append(InputProblem("--column", given, accepted))
        elif names.normal(heading) not in headings:
            accepted = f"a heading of the file: {', '.join(h for h in sheet.headings if h)}"
            problems.append(InputProblem("--column", given, accepted))
    if problems:
        raise InputError(problems)


def _picked(sheet: Sheet, found: Mapping[str, list[int]]) -> dict[str, int]:
    """One column for each field. Columns that could all be it must say the same in every row."""
    problems = []
    for field, places in found.items():
        # A number and a name of the trial often stand side by side: the name counts.
        if field in {"study", "arm"}:
            continue
        if len({tuple(row[at] for row in sheet.rows) for at in places}) > 1:
            given = " and ".join(shown(sheet.headings[at]) for at in places)
            accepted = f"one column; --column {field}=HEADING picks it"
            problems.append(InputProblem(field, given, accepted))
    if problems:
        raise InputError(problems)
    return {field: places[0] for field, places in found.items()}


def _arm_as_treatment(sheet: Sheet, picked: dict[str, int]) -> None:
    """Takes a column of arms as the treatments where there is no other and it has names."""
    at = picked.pop("arm", None)
    if at is None or "treatment" in picked:
        return
    words = {row[at] for row in sheet.rows}
    if all(word.isdigit() for word in words):
        given = f"numbers of arms in {shown(sheet.headings[at])} ({', '.join(sorted(words)[:6])})"
        accepted = "the name of what each arm got; --column treatment=HEADING if these are names"
        raise InputError([InputProblem("treatment", given, accepted)])
    picked["treatment"] = at


def _values_in_remarks(sheet: Sheet, picked: dict[str, int]) -> None:
    """A column of remarks that says change or final in every row tells which values are meant."""
    if "values" in picked:
        return
    for at, heading in enumerate(sheet.headings):
        if names.normal(heading) in _REMARKS and at not in picked.values():
            words = [row[at] for row in sheet.rows if row[at]]
            if words and all(names.value_kind(word) for word in words):
                picked["values"] = at
                return


def _complete(layout: str, found: Mapping[str, int]) -> None:
    problems = []
    needed = ["treatment"] if layout == "arms" else ["effect"]
    if not {"study", "author"} & found.keys():
        problems.append(_missing("study", layout))
    problems += [_missing(field, layout) for field in needed if field not in found]
    if layout == "contrasts" and not {"se", "variance"} & found.keys():
        problems.append(_missing("se", layout, "variance"))
    outcomes = ({"events", "total"}, {"mean", "sd", "total"}, {"events", "time"})
    if layout == "arms" and not any(need <= found.keys() for need in outcomes):
        accepted = "events and total; mean, sd and total; or events and person_time"
        problems.append(InputProblem("file", "no outcome of an arm", accepted))
    if problems:
        raise InputError(problems)


def _missing(field: str, layout: str, *others: str) -> InputProblem:
    known = names.network_names(layout)
    synonyms = [name for each in (field, *others) for name in known[each]]
    accepted = f"one of {', '.join(synonyms)}; --column {field}=HEADING names another"
    return InputProblem("file", f"no column for {field}", accepted)


# ------------------------------------------------------------------ whose arms


def _with_trials(table: Table) -> Table:
    """Every row with its trial: the study, parted by author and year where the name alone is not.

    Trials of one author are of different years; trials of one name are parted in the same way.
    """
    by_author = not table.has("study")
    problems: list[InputProblem] = []
    trials = []
    several = _years(table, "author" if by_author else "study")
    for line, row in zip(table.lines, table.rows, strict=True):
        name, year = row["author" if by_author else "study"], row.get("year", "")
        if not by_author and name.isdigit():
            trials.append(name)
            continue
        if len(several.get(name, ())) > 1 and not year:
            given = f"no year for {shown(name)}, which has trials of several years"
            problems.append(InputProblem(f"line {line}, year", given, "the year of the trial"))
        parted = year and year not in name and (by_author or len(several[name]) > 1)
        trials.append(f"{name} {year}" if parted else name)
    problems += _contradictions(table, trials)
    if problems:
        raise InputError(problems)
    rows = tuple({**row, "study": trial} for row, trial in zip(table.rows, trials, strict=True))
    return Table(rows, table.lines, table.columns, table.unused)


def _years(table: Table, field: str) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for row in table.rows:
        found.setdefault(row[field], set()).update(filter(None, [row.get("year", "")]))
    return found


def _contradictions(table: Table, trials: list[str]) -> Iterator[InputProblem]:
    """Rows under one name that cannot be of one trial: another author, another year."""
    for field in ("author", "year"):
        held: dict[str, dict[str, None]] = {}
        for trial, word in zip(trials, table.words(field), strict=True):
            if word:
                held.setdefault(trial, {})[word] = None
        for trial, words in held.items():
            if trial and len(words) > 1:
                given = f"{field}s {' and '.join(shown(word) for word in words)}"
                accepted = "a name or number of its own for each trial"
                yield InputProblem(f"study {trial!r}", given, accepted)
