"""The records of the people who were chosen, brought together from all files of an export.

Every line is parsed and counted, bad ones with their number; only lines of the chosen are copied.
"""

from __future__ import annotations

from speciosa.cohort.gather.choosing import choose
from speciosa.cohort.gather.gathered import BAD, COUNT, PEOPLE, WANTED, shard_name
from speciosa.cohort.gather.job import CHOSEN, job
from speciosa.cohort.gather.medicines import medicines_jobs
from speciosa.cohort.gather.once import counted_once

__all__ = [
    "BAD",
    "CHOSEN",
    "COUNT",
    "PEOPLE",
    "WANTED",
    "choose",
    "counted_once",
    "job",
    "medicines_jobs",
    "shard_name",
]
