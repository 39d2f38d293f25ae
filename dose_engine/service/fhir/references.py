"""Follows a FHIR reference among the resources that were sent: contained, by full URL, or by type and id. Nothing is ever fetched."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from .elements import Raw, fingerprint, items, mapping, word

Entries = Iterable[Raw]


class Resolver:
    """Follows references among bundle entries. Two different resources of one name are neither: the reference is then not resolved."""

    def __init__(self, entries: Callable[[], Entries]) -> None:
        self._entries = entries
        self._known: dict[str, Raw | None] | None = None

    def __call__(self, reference: str, holder: Raw) -> Raw | None:
        """The resource that a reference inside `holder` leads to, or None."""
        if reference.startswith("#"):
            return _only(one for one in items(holder.get("contained")) if reference[1:] and word(one.get("id")) == reference[1:])
        if self._known is None:
            self._known = _named(self._entries())
        plain = _without_version(reference)
        if plain in self._known:
            return self._known[plain]
        return self._known.get(f"?{_tail(plain)}") if "://" in plain else None


def _named(entries: Entries) -> dict[str, Raw | None]:
    """Resources by every name they go by: full URL; type and id; and, of those without a web address, `?` with type and id, for a reference
    that is one."""
    known: dict[str, Raw | None] = {}
    for entry in entries:
        resource = mapping(entry.get("resource"))
        url, kind, id = word(entry.get("fullUrl")), word(resource.get("resourceType")), word(resource.get("id"))
        local = f"{kind}/{id}" if kind and id else ""
        names = {url, local, f"?{local}" if local and not url.startswith("http") else ""} - {""}
        for name in names:
            before = known.setdefault(name, resource)
            if before is not None and before is not resource and fingerprint(before) != fingerprint(resource):
                known[name] = None
    return known


def _only(found: Iterable[Raw]) -> Raw | None:
    some = list(found)
    return some[0] if len(some) == 1 else None


def _without_version(reference: str) -> str:
    return reference.split("/_history/")[0]


def _tail(reference: str) -> str:
    return "/".join(reference.rsplit("/", 2)[-2:])


@dataclass(frozen=True, slots=True)
class Person:
    """The patient that is read about: the id, and the full URLs under which the bundle entry of the patient stands."""

    id: str
    urls: frozenset[str] = field(default=frozenset())

    @classmethod
    def among(cls, id: str, entries: Entries) -> Person:
        urls = set()
        for entry in entries:
            resource = mapping(entry.get("resource"))
            if word(resource.get("resourceType")) == "Patient" and word(resource.get("id")) == id:
                urls.add(word(entry.get("fullUrl")))
        return cls(id, frozenset(url for url in urls if url.startswith("urn:")))

    def is_another(self, resource: Raw) -> bool:
        """Is a resource somebody else's, by its subject or patient? Relative, absolute and versioned references are read; a resource that
        names nobody is not."""
        return any(self._is_else(resource[name]) for name in ("subject", "patient") if name in resource)

    def _is_else(self, holder: object) -> bool:
        written = [holder.strip()] if isinstance(holder, str) else [word(one.get("reference")) for one in items(holder)]
        return any(one and not self._names(_without_version(one)) for one in written)

    def _names(self, reference: str) -> bool:
        return _tail(reference) == f"Patient/{self.id}" or reference in self.urls
