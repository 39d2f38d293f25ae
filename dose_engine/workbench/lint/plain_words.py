"""Words that a reader has to translate, the plain ones for them, and why; and the verbs that an instruction begins with."""

from __future__ import annotations

from typing import Final, NamedTuple


class Plain(NamedTuple):
    """What to write instead, and why the word is hard to read."""

    instead: str
    why: str


_SCHOOL = "a word of textbooks; the plain one says the same"
_OFFICE = "a word of letters and forms; the plain one is shorter"
_MACHINE = "a word of this program, not of the clinic"

JARGON: Final[dict[str, Plain]] = {
    "aetiology": Plain("cause", _SCHOOL),
    "etiology": Plain("cause", _SCHOOL),
    "pathogenesis": Plain("how it comes about", _SCHOOL),
    "sequelae": Plain("what follows, by name", _SCHOOL),
    "sequela": Plain("what follows, by name", _SCHOOL),
    "iatrogenic": Plain("from treatment", _SCHOOL),
    "idiopathic": Plain("of unknown cause", _SCHOOL),
    "pharmacodynamic": Plain("how the drug acts", _SCHOOL),
    "pharmacodynamics": Plain("how the drug acts", _SCHOOL),
    "pharmacokinetic": Plain("how the drug is taken up and leaves", _SCHOOL),
    "pharmacokinetics": Plain("how the drug is taken up and leaves", _SCHOOL),
    "chemodenervation": Plain("toxin treatment", _SCHOOL),
    "neuromodulator": Plain("toxin", "a word of brochures"),
    "immunogenicity": Plain("forming of antibodies", _SCHOOL),
    "ipsilateral": Plain("the same side", "sides are mixed up easily enough"),
    "contralateral": Plain("the other side", "sides are mixed up easily enough"),
    "homolateral": Plain("the same side", "sides are mixed up easily enough"),
    "concomitant": Plain("at the same time", _SCHOOL),
    "concomitantly": Plain("at the same time", _SCHOOL),
    "posology": Plain("dose", _SCHOOL),
    "efficacy": Plain("effect", _SCHOOL),
    "morbidity": Plain("harm, by name", _SCHOOL),
    "symptomatology": Plain("symptoms", _SCHOOL),
    "prophylactically": Plain("to prevent it", _SCHOOL),
    "anamnesis": Plain("history", _SCHOOL),
    "aliquot": Plain("dose at a point", _SCHOOL),
    "aliquots": Plain("doses at points", _SCHOOL),
    "administer": Plain("give", _OFFICE),
    "administered": Plain("given", _OFFICE),
    "administration": Plain("treatment, or injection", _OFFICE),
    "utilise": Plain("use", _OFFICE),
    "utilize": Plain("use", _OFFICE),
    "commence": Plain("start", _OFFICE),
    "ascertain": Plain("find out", _OFFICE),
    "facilitate": Plain("help", _OFFICE),
    "prior to": Plain("before", _OFFICE),
    "subsequent to": Plain("after", _OFFICE),
    "in the event of": Plain("if", _OFFICE),
    "with regard to": Plain("about, or for", _OFFICE),
    "should be considered": Plain("say who does what: consider …", "nobody is told to do it"),
    "is recommended": Plain("say who does what: do …", "nobody is told to do it"),
    "boolean": Plain("yes or no", _MACHINE),
    "parameter": Plain("the number, by its name", _MACHINE),
    "threshold": Plain("line", "this book says line everywhere"),
    "override": Plain("decide otherwise", _MACHINE),
    "null": Plain("nothing, or not known", _MACHINE),
    "invalid": Plain("say what is wrong", _MACHINE),
}
"""For everybody who reads an advisory. Names of muscles and conditions are no jargon to a clinician."""

TO_A_PATIENT: Final[dict[str, Plain]] = {
    "ptosis": Plain("drooping lid or brow", _SCHOOL),
    "dysphagia": Plain("trouble swallowing", _SCHOOL),
    "dysphonia": Plain("changed voice", _SCHOOL),
    "dysarthria": Plain("changed speech", _SCHOOL),
    "diplopia": Plain("double vision", _SCHOOL),
    "ecchymosis": Plain("bruise", _SCHOOL),
    "haematoma": Plain("bruise", _SCHOOL),
    "hematoma": Plain("bruise", _SCHOOL),
    "erythema": Plain("redness", _SCHOOL),
    "oedema": Plain("swelling", _SCHOOL),
    "edema": Plain("swelling", _SCHOOL),
    "paresis": Plain("weakness", _SCHOOL),
    "asthenia": Plain("weakness", _SCHOOL),
    "bilateral": Plain("on both sides", _SCHOOL),
    "unilateral": Plain("on one side", _SCHOOL),
    "frontalis": Plain("forehead muscle", "a patient does not know muscles by name"),
    "corrugator": Plain("frown muscle", "a patient does not know muscles by name"),
    "procerus": Plain("frown muscle", "a patient does not know muscles by name"),
    "orbicularis": Plain("the ring muscle of eye or mouth", "a patient does not know muscles by name"),
    "masseter": Plain("chewing muscle", "a patient does not know muscles by name"),
    "mentalis": Plain("chin muscle", "a patient does not know muscles by name"),
    "platysma": Plain("neck muscle", "a patient does not know muscles by name"),
    "depressor": Plain("the muscle that pulls down", "a patient does not know muscles by name"),
    "levator": Plain("the muscle that lifts", "a patient does not know muscles by name"),
    "contraindicated": Plain("must not be given", _SCHOOL),
    "adverse event": Plain("side effect", _SCHOOL),
    "laterality": Plain("which side", _SCHOOL),
}
"""For what a patient is told, in addition."""

_VERBS = """
    accept add address adjust advise agree aim allow apply ask assess avoid await begin book bring call cancel
    change check choose clarify clear come compare complete confirm consider consult contact continue convert
    correct count cut decide decline defer delay discuss divide do document dose draw drop end enter examine exclude
    explain feel fill film find finish follow get give go halve have hold identify inform inject inspect join keep
    lay learn leave let limit listen look lower make map mark massage measure mention monitor move name note obtain
    offer omit open order palpate pause photograph place plan point postpone prefer prepare press prevent protect
    put raise re-check re-treat read reassess recheck recommend reconsider record reduce refer refuse remove repeat
    replace report request reschedule respect rest restrict return review round schedule see seek select send set
    share show sit skip space speak split spread stage start state stay stop suggest switch take talk tell test time
    touch treat try turn use verify wait warn watch weigh withhold write
"""
ACTIONS: Final = frozenset(_VERBS.split())
"""Verbs that tell somebody to do something."""
