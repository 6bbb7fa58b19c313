"""Choices every command shares: the format, and JSON on standard output only."""

from __future__ import annotations

import sys
from enum import StrEnum
from typing import Annotated

import msgspec
import typer


class Format(StrEnum):
    """How a command answers."""

    TEXT = "text"
    JSON = "json"


FormatOption = Annotated[Format, typer.Option("--format", help="Text to read, or JSON.")]


def print_json(value: object) -> None:
    """Write a value as indented UTF-8 JSON to standard output."""
    raw = msgspec.json.format(msgspec.json.encode(value), indent=2)
    sys.stdout.buffer.write(raw + b"\n")
