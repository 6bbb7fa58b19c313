"""What the exposure room hands to the rooms that reckon with concentrations."""

from __future__ import annotations

import dataclasses

from speciosa.pharmacology.exposure.virtual.draws import Array, Indices


@dataclasses.dataclass(frozen=True, eq=False)
class ExposureSamples:
    """One value per virtual subject; row i is the same person whatever the number of subjects.

    Concentrations are total plasma concentrations in nmol/L over the last dosing day, amounts are
    mg per day of use. ``*_seven_oh_*`` includes formed and swallowed 7-OH. The curves
    ``mitragynine_nm`` and ``seven_oh_nm`` are (subjects, times), at ``time_h`` hours of that day.
    ``gut_cyp3a`` and ``liver_cyp3a`` are the activity that another medicine would meet, over its
    baseline, at the same times; their rows are ``enzyme_subjects``, the people who live by a
    structure with enzyme pools.
    ``repeating``: every day is as this one, as far as is known.
    ``incomplete``: a product of unknown amount is left out, so all of them are too low. ``doubt``
    says why they are not, or may not be, this person's.
    """

    seed: int
    subjects: int
    mitragynine_peak_nm: Array
    mitragynine_trough_nm: Array
    seven_oh_peak_nm: Array
    seven_oh_trough_nm: Array
    mitragynine_mg_per_day: Array
    seven_oh_mg_per_day: Array
    swallowed_seven_oh: bool
    incomplete: bool
    time_h: Array
    mitragynine_nm: Array
    seven_oh_nm: Array
    enzyme_subjects: Indices
    gut_cyp3a: Array
    liver_cyp3a: Array
    repeating: bool
    doubt: str = ""
