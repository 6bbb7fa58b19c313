"""Progress of long work: how far, how fast, how long still. On standard error, and never needed."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

_PATIENCE_S = 2.0  # work that is shorter is not told of
_EVERY_S = 30.0  # where a line a time is all that can be told
_PREFIXES = ((1e9, "G"), (1e6, "M"), (1e3, "k"), (1.0, ""))

Told = Callable[[int, int], None]


@contextmanager
def rates() -> Iterator[Callable[[str, str], Told]]:
    """Give a function that begins a step (its name, its unit) and is told done and all of it."""
    console = Console(stderr=True)
    bar = Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        TaskProgressColumn(),
        TextColumn("{task.fields[rate]}"),
        TimeRemainingColumn(),
        console=console,
        transient=True,
    )

    def begin(doing: str, unit: str) -> Told:
        task = bar.add_task(doing, total=None, rate="", visible=False)
        began, first, told = time.monotonic(), -1, time.monotonic()

        def update(done: int, of: int) -> None:
            nonlocal first, told
            first = done if first < 0 else first  # what an earlier run did has no rate
            now = time.monotonic()
            seconds = now - began
            rate = (done - first) / seconds if seconds > 0 else 0.0
            if console.is_terminal:
                if seconds >= _PATIENCE_S and not bar.live.is_started:
                    bar.start()
                bar.update(task, completed=done, total=of, rate=said(rate, unit), visible=done < of)
            elif now - told >= _EVERY_S and done < of:
                told = now
                left = f", about {(of - done) / rate:.0f} s left" if rate else ""
                line = f"{doing}: {100 * done / of:.0f} % ({said(rate, unit)}{left})"
                print(line, file=sys.stderr, flush=True)  # noqa: T201

        return update

    try:
        yield begin
    finally:
        if bar.live.is_started:
            bar.stop()


def said(rate: float, unit: str) -> str:
    """A rate in words: ``12.3 MB/s``."""
    size, prefix = next((pair for pair in _PREFIXES if rate >= pair[0]), (1.0, ""))
    return f"{rate / size:.3g} {prefix}{unit}/s"
