"""Every live check is worked out twice. Here the second machine, rete, is held against the one that decides."""

from __future__ import annotations

from dataclasses import dataclass
from threading import Lock

from .errors import EvaluatorFault
from .evaluation import Evaluation
from .evaluators.compiled import Compiled, Program
from .evaluators.rete import Network, available

ALONE = "not independently confirmed: durable-rules is not installed on this machine"
NOT_WANTED = "not independently confirmed: confirmation was switched off"
CONFIRMED = "each rule was worked out twice, independently, with the same result"


@dataclass(frozen=True, slots=True)
class Confirmation:
    """Who worked the rules out and whether they agreed. `fault` says what went wrong, empty when nothing did."""

    ran: tuple[str, ...]
    agreed: bool | None
    note: str
    fault: str = ""


class Confirmer:
    """Keeps a rete network for each place it has met."""

    def __init__(self, compiled: Compiled, wanted: bool = True) -> None:
        self._compiled = compiled
        self._wanted = wanted
        self._available = wanted and available()
        self._networks: dict[tuple[str, str] | None, Network] = {}
        self._lock = Lock()

    def confirm(self, evaluation: Evaluation) -> Confirmation:
        """Work out every rule of the evaluation again; a failure or a difference is a fault."""
        if not self._available:
            return Confirmation(("compiled",), None, ALONE if self._wanted else NOT_WANTED)
        ran = ("compiled", "rete")
        try:
            differing = sorted(self._differing(evaluation))
        except EvaluatorFault as fault:
            return Confirmation(ran, False, "the second evaluator failed", f"The second evaluator failed: {fault}")
        if differing:
            return Confirmation(ran, False, "the evaluators differ", f"The evaluators differ on {', '.join(differing)}.")
        return Confirmation(ran, True, CONFIRMED)

    def _differing(self, evaluation: Evaluation) -> set[str]:
        differing: set[str] = set()
        for index in evaluation.places:
            dose = evaluation.facts.doses[index] if index is not None else None
            network = self.network((dose.zone, dose.muscle) if dose is not None else None)
            found = evaluation.at(index)
            decided = {one.rule.id: one.certain for one in found.rules}
            confirmed = network.fired(found.record)
            if decided != confirmed:
                differing.update(rule for rule in {*decided, *confirmed} if decided.get(rule) != confirmed.get(rule))
        return differing

    def network(self, place: tuple[str, str] | None) -> Network:
        """The rete network of a zone and muscle, or of the case; built when first asked for, and kept."""
        network = self._networks.get(place)
        if network is None:
            with self._lock:
                network = self._networks.get(place)
                if network is None:
                    program: Program = self._compiled.case() if place is None else self._compiled.dose(*place)
                    name = "case" if place is None else "_".join(place)
                    rules = {rule.id: folded for rule, folded in zip(program.rules, program.folded, strict=True)}
                    network = self._networks[place] = Network(name, rules)
        return network
