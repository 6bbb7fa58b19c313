"""Effects of treatments beside their comparators; kratom's reports and signals in lanes apart."""

from speciosa.evidence.for_person.assess import assess
from speciosa.evidence.for_person.ranking import ranked

__all__ = ["assess", "ranked"]
