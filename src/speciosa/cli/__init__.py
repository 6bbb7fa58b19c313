"""The command line: reads files, calls the inner rooms, prints, and sets the exit code."""

from speciosa.cli.app import main

__all__ = ["main"]
