"""Choices every command shares: the format, and JSON on standard output only."""

from __future__ import annotations

import sys
from collections.abc import Callable
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, TypeVar

import msgspec
import typer

if TYPE_CHECKING:
    from rich.console import Console

_Result = TypeVar("_Result", bound=msgspec.Struct)


class Format(StrEnum):
    """How a command answers."""

    TEXT = "text"
    JSON = "json"


FormatOption = Annotated[Format, typer.Option("--format", help="Text to read, or JSON.")]


def print_json(value: object) -> None:
    """Write a value as indented UTF-8 JSON to standard output."""
    raw = msgspec.json.format(msgspec.json.encode(value), indent=2)
    sys.stdout.buffer.write(raw + b"\n")


def print_result(
    result: _Result, output: Format, render: Callable[[_Result, Console], None]
) -> None:
    """Write a result on standard output: as a report's JSON, or by ``render`` at reading width."""
    if output is Format.JSON:
        from speciosa.report.json import encode

        sys.stdout.buffer.write(encode(result) + b"\n")
        return
    from rich.console import Console

    from speciosa.report.terminal import WIDTH

    console = Console(highlight=False)
    if console.width > WIDTH or not console.is_terminal:
        console = Console(highlight=False, width=WIDTH)
    render(result, console)
