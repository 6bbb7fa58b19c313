"""Network meta-analysis: every treatment against every other, direct and indirect."""

from speciosa.evidence.network.analysis import Choices, analyse
from speciosa.evidence.network.read import Reading, read
from speciosa.evidence.network.result import NetworkResult

__all__ = ["Choices", "NetworkResult", "Reading", "analyse", "read"]
