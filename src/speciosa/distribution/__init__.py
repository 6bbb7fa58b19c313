"""Work in independent pieces, kept as they are done: one process, many, a cluster or a job array.

Knows no medicine. A job is a function of plain arguments that returns named bytes; what it returned
is kept under a key made of all that it depends on, so that work that was cut off goes on where it
stopped, and the same bytes come out however it was shared.
"""

from __future__ import annotations

from speciosa.distribution.folder import Folder, KeptError
from speciosa.distribution.how import How, parse_how
from speciosa.distribution.job import Job, Pieces
from speciosa.distribution.run import JobError, Progress, Workers, run, unfinished
from speciosa.distribution.shares import Share, parse_share, share

__all__ = [
    "Folder",
    "How",
    "Job",
    "JobError",
    "KeptError",
    "Pieces",
    "Progress",
    "Share",
    "Workers",
    "parse_how",
    "parse_share",
    "run",
    "share",
    "unfinished",
]
