"""Model text to population simulator. Generic: it knows no drug and no clinic."""

from speciosa.engine.dosing import Bolus, Infusion, Reset
from speciosa.engine.model import Model
from speciosa.engine.reduce import Reduction, Summary
from speciosa.engine.result import Failure, Result, SimulationCancelled, SimulationError
from speciosa.engine.simulate import simulate
from speciosa.engine.steady import after_periods, steady_state
from speciosa.engine.text import ModelTextError, read_model

__all__ = [
    "Bolus",
    "Failure",
    "Infusion",
    "Model",
    "ModelTextError",
    "Reduction",
    "Reset",
    "Result",
    "SimulationCancelled",
    "SimulationError",
    "Summary",
    "after_periods",
    "read_model",
    "simulate",
    "steady_state",
]
