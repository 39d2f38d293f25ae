"""The rulebook as a document for reading, printing and signing."""

from .edition import Edition
from .page import MADE_BY, page

__all__ = ["MADE_BY", "Edition", "page"]
