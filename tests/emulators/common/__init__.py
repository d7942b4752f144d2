"""What the emulated platforms share: the journal of calls and the scripted failures."""

from .faults import Fault, FaultKind, Faults
from .journal import Call, Journal

__all__ = ["Call", "Fault", "FaultKind", "Faults", "Journal"]
