"""A patient's FHIR R4 resources and a Case: read with the provenance of each fact, or the reason why a fact is missing; and written back.

`read_bundle` starts from an export, `read` from what a CDS Hooks request brings; both give a `Reading`. Nothing is guessed: a mass or a
volume is never read as units, a product is known by an exact name or code or not at all, and what cannot be read is a `Gap`, never a zero
and never a "no". Works without the extra `service`.
"""

from .bundle import read_bundle
from .code_map import CodeMap
from .orders import Order
from .provenance import Gap, Known
from .reading import Reading, read
from .searches import Searched, State, searched
from .site_table import site_system
from .sources import Sources
from .writing import bundle_of

__all__ = [
    "CodeMap",
    "Gap",
    "Known",
    "Order",
    "Reading",
    "Searched",
    "Sources",
    "State",
    "bundle_of",
    "read",
    "read_bundle",
    "searched",
    "site_system",
]
