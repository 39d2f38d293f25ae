"""Words in the names and routes of medicines that change how they are read."""

from __future__ import annotations

from typing import Final

NOT_A_TOXIN: Final = ("antitox", "antiser", "immune", "globulin", "antibod", "vaccin", "toxoid")
"""Parts of words. A medicine with one of them is not the toxin it is named after, unless it also names a product."""

UNSURE: Final = frozenset(
    (
        *("no", "not", "non", "never", "none", "without", "except", "free", "anti", "avoid", "declined", "refused", "denies", "negative"),
        *("or", "either", "versus", "vs", "unless", "if", "than", "unlike"),
        *("like", "similar", "equivalent", "biosimilar", "generic", "substitute", "alternative", "replacement", "instead", "compared"),
        *("placebo", "blinded", "study", "trial", "contraindicated", "hold", "held", "cancel", "cancelled", "canceled", "rather"),
        *("formerly", "former", "previously", "previous", "prior", "switched", "switch", "stopped", "discontinued"),
        *("allergy", "allergic", "intolerance", "naive", "kein", "keine", "nicht", "ohne", "statt", "oder"),
        *("sans", "pas", "ou", "sin", "senza", "oppure", "sem"),
    )
)
"""Beside the name of a product they make it unsure: it is then a toxin, and which one is not known."""

NOT_INJECTED: Final = frozenset(
    (
        "referral",
        "refer",
        "referred",
        "consult",
        "consultation",
        "consultative",
        "evaluation",
        "assessment",
        "education",
        "counseling",
        "counselling",
    )
)
"""A service whose text has one of them is talk about an injection, not the injection."""

DOES_NOT_NAME: Final = frozenset(
    (
        *("a", "an", "and", "as", "at", "by", "for", "in", "into", "of", "on", "per", "see", "the", "to", "with", "x"),
        *("medication", "medications", "medicine", "medicines", "drug", "drugs", "product", "item", "compound", "compounded", "custom"),
        *("order", "ordered", "request", "prescription", "entry", "free", "text", "note", "notes", "comment", "comments", "instructions"),
        *("unknown", "other", "others", "misc", "miscellaneous", "none", "na", "n", "nonformulary", "non", "formulary", "tbd", "pending"),
        *("unspecified", "not", "listed", "specified", "patient", "patient's", "own", "supplied", "supply", "use", "directed", "needed"),
        *("dose", "doses", "unit", "units", "u", "unt", "iu", "mg", "mcg", "g", "kg", "ml", "l", "im", "iv", "sc", "po", "prn", "once"),
        *(
            "daily",
            "inj",
            "injection",
            "injections",
            "injectable",
            "intramuscular",
            "intradermal",
            "subcutaneous",
            "vial",
            "vials",
            "ampoule",
        ),
        *("powder", "solution", "solr", "soln", "recon", "reconstituted", "ij", "kit", "procedure", "treatment", "therapy"),
    )
)
"""Words that name no medicine. A text of nothing else leaves open what was ordered."""

LOCAL_ROUTES: Final = frozenset(
    ("topical", "topically", "cutaneous", "ophthalmic", "ocular", "eye", "conjunctival", "otic", "auricular", "ear")
)
"""Routes of a medicine that acts where it is put. It may still reach the blood, so it leaves a question open and does not answer it."""
