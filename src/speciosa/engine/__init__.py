"""Model text to population simulator. Generic: it knows no drug and no clinic."""

from speciosa.engine.model import Model
from speciosa.engine.text import ModelTextError, read_model

__all__ = ["Model", "ModelTextError", "read_model"]
