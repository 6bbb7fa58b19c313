"""A word on standard error to whoever waits long. Results never depend on it."""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager

PATIENCE_S = 3.0
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
