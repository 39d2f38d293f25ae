"""dose-engine: advice on botulinum toxin micro-dosing for facial asymmetry. It shows ranges, findings and options; a clinician decides.

The names below are the public API. Each is imported when it is first used, so that `dose-engine --help` need not load the engine.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .advisory import Advisory, Verdict
    from .case import Case
    from .engine import Engine
    from .errors import BadInput, CaseError, DoseEngineError, EvaluatorFault, Problem, RulebookError
    from .intake import read_case
    from .rulebook.load import load as load_rulebook
    from .rulebook.model import Rulebook
    from .units import Units

__version__ = "0.1.0"

_HOME = {
    "Advisory": "advisory",
    "BadInput": "errors",
    "Case": "case",
    "CaseError": "errors",
    "DoseEngineError": "errors",
    "Engine": "engine",
    "EvaluatorFault": "errors",
    "Problem": "errors",
    "Rulebook": "rulebook.model",
    "RulebookError": "errors",
    "Units": "units",
    "Verdict": "advisory",
    "load_rulebook": "rulebook.load",
    "read_case": "intake",
}

__all__ = [
    "Advisory",
    "BadInput",
    "Case",
    "CaseError",
    "DoseEngineError",
    "Engine",
    "EvaluatorFault",
    "Problem",
    "Rulebook",
    "RulebookError",
    "Units",
    "Verdict",
    "__version__",
    "load_rulebook",
    "read_case",
]


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module `dose_engine` has no attribute `{name}`")
    home = import_module(f".{_HOME[name]}", __name__)
    return getattr(home, "load" if name == "load_rulebook" else name)


def __dir__() -> list[str]:
    return __all__
