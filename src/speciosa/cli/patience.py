"""A word on standard error to whoever waits long. Results never depend on it."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

PATIENCE_S = 3.0
_PROGRESS_AFTER_S = 2.0
WORDS = (
    "Still at work. The first prediction of exposure on a machine compiles the model, once; "
    "this takes some seconds."
)


@contextmanager
def patience(seconds: float = PATIENCE_S) -> Iterator[None]:
    """Say ``WORDS`` once if the work inside lasts longer than ``seconds``."""
    waiting = threading.Timer(seconds, lambda: print(WORDS, file=sys.stderr, flush=True))  # noqa: T201
    waiting.daemon = True
    waiting.start()
    try:
        yield
    finally:
        waiting.cancel()


@contextmanager
def progress(doing: str) -> Iterator[Callable[[int, int], None]]:
    """Progress on standard error, once the work has lasted two seconds."""
    import time

    from rich.console import Console
    from rich.progress import Progress

    console = Console(stderr=True)
    bar = Progress(console=console, transient=True)
    task = bar.add_task(doing, total=None)
    started, told = time.monotonic(), False

    def update(done: int, of: int) -> None:
        nonlocal told
        if time.monotonic() - started < _PROGRESS_AFTER_S:
            return
        if not console.is_terminal:
            if not told:
                print(f"{doing} ...", file=sys.stderr, flush=True)  # noqa: T201
        elif not told:
            bar.start()
        told = True
        bar.update(task, completed=done, total=of)

    try:
        yield update
    finally:
        if bar.live.is_started:
            bar.stop()
