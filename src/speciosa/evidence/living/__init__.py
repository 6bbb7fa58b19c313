"""Primary studies and questions -> pooled and graded effects; what a new study changes."""

from speciosa.evidence.living.answer import Answer, Rules, answer, gather
from speciosa.evidence.living.base import answers, pools
from speciosa.evidence.living.incoming import Incoming, check, read
from speciosa.evidence.living.joined import Joined, sizes
from speciosa.evidence.living.update import update

__all__ = [
    "Answer",
    "Incoming",
    "Joined",
    "Rules",
    "answer",
    "answers",
    "check",
    "gather",
    "pools",
    "read",
    "sizes",
    "update",
]
