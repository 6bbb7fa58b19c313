"""Work in independent pieces, kept as they are done: one process, many, a cluster or a job array.

Knows no medicine. A job is a function of plain arguments that returns named bytes; what it returned
is kept under a key made of all that it depends on, so that work that was cut off goes on where it
stopped, and the same bytes come out however it was shared.
"""

from __future__ import annotations

from speciosa.distribution.folder import Folder, KeptError
from speciosa.distribution.how import How, parse_how
from speciosa.distribution.job import Job, Pieces
from speciosa.distribution.lock import Hold, locked
from speciosa.distribution.run import JobError, Progress, Workers, run, unfinished
from speciosa.distribution.shares import Share, parse_share, share
from speciosa.distribution.together import write_privately

__all__ = [
    "Folder",
    "Hold",
    "How",
    "Job",
    "JobError",
    "KeptError",
    "Pieces",
    "Progress",
    "Share",
    "Workers",
    "locked",
    "parse_how",
    "parse_share",
    "run",
    "share",
    "unfinished",
    "write_privately",
]
