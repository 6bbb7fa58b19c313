"""Stepped-care plan, consultation and follow-up, from the results of the other rooms.

What is said, and when, is data (``knowledge/data/care``); this room reads the person's situation
into flags and puts together what holds. Kratom is weighed and never ranked or dosed.
"""

from speciosa.clinical.care.judged import judged
from speciosa.clinical.care.planning import plan
from speciosa.clinical.care.situation import Results, Situation, situation
from speciosa.clinical.care.talk import consultation
from speciosa.clinical.care.visits import follow_up

__all__ = ["Results", "Situation", "consultation", "follow_up", "judged", "plan", "situation"]
