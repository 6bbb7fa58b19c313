"""A person's record (FHIR R4 Bundle) where a case is expected, with an account on stderr."""

from __future__ import annotations

import datetime as dt
import json
from typing import TYPE_CHECKING, Any

import typer

from speciosa.cli.assess import read_bytes
from speciosa.errors import InputError, InputProblem

if TYPE_CHECKING:
    from speciosa.case import Case
    from speciosa.fhir.read import Imported

_MAX_BYTES = 200_000_000
_MARK = b'"resourceType"'
_SHOWN = 12
_UNCERTAIN_KRATOM = (
    "  not checked: kratom is named on the record, and whether it is taken is not known. What is "
    "said of medicines is said without kratom. Ask; if it is taken, give that in the case and "
    "assess again."
)


def read_case_or_record(name: str, date: str) -> Case:
    """A case from a case file or from a FHIR Bundle. Raises ``InputError``.

    ``date`` is the date of the case of a Bundle; "" means today in UTC. It is an error beside a
    case file, which has a date of its own.
    """
    raw, called = read_bytes(name)
    data = _record(raw, called)
    if data is None:
        if date:
            problem = InputProblem("--date", "a date beside a case", "it for a FHIR Bundle only")
            raise InputError([problem])
        from speciosa.case import read_case_bytes

        return read_case_bytes(raw, name=called)
    from speciosa.fhir.read import case_from_bundle
    from speciosa.knowledge import load

    found = case_from_bundle(data, load(), today=_day(date))
    _account(found)
    if found.case is None:
        raise InputError(found.problems)
    return found.case


def _record(raw: bytes, name: str) -> dict[str, Any] | None:
    """The Bundle or Patient in these bytes; ``None`` when they are something else."""
    if not raw.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"{") or _MARK not in raw:
        return None
    if len(raw) > _MAX_BYTES:
        accepted = f"at most {_MAX_BYTES:,} bytes"
        raise InputError([InputProblem(name, f"{len(raw):,} bytes", accepted)])
    try:
        data = json.loads(raw.decode("utf-8-sig"))
    except (ValueError, RecursionError):
        # Said by the reader of cases, which names the line.
        return None
    from speciosa.fhir.read import is_fhir

    return data if is_fhir(data) else None


def _day(date: str) -> dt.date:
    if not date:
        return dt.datetime.now(dt.UTC).date()
    try:
        return dt.date.fromisoformat(date)
    except ValueError:
        problem = InputProblem("--date", "something else", "a date such as 2026-11-22")
        raise InputError([problem]) from None


def _account(found: Imported) -> None:
    """What was used and ignored, in counts; questions in words, since they wait for an answer."""
    used = len({one.resource for one in found.used})
    typer.echo(
        f"FHIR: {used} entries used, {len(found.ignored)} left out; the date of the case is "
        f"{found.case.date if found.case else 'not known'}.",
        err=True,
    )
    for why, count in list(found.counts().items())[:_SHOWN]:
        typer.echo(f"  left out {count}: {why}", err=True)
    if found.uncertain_kratom:
        typer.echo(_UNCERTAIN_KRATOM, err=True)
    if found.unread_medicines:
        count = len(found.unread_medicines)
        typer.echo(f"  not checked: {count} entries of medicines could not be read.", err=True)
    for question in found.questions[:_SHOWN]:
        typer.echo(f"  to ask: {question}", err=True)
    if len(found.questions) > _SHOWN:
        typer.echo(f"  and {len(found.questions) - _SHOWN} more to ask", err=True)
