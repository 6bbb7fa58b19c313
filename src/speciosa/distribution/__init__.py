"""Work in independent pieces, kept as they are done: one process, many, a cluster or a job array.

Knows no medicine. A job is a function of plain arguments that returns named bytes; what it returned
is kept under a key made of all that it depends on, so that work that was cut off goes on where it
stopped, and the same bytes come out however it was shared.
"""

from __future__ import annotations

from speciosa.distribution.job import Job, Pieces

__all__ = ["Job", "Pieces"]
