"""Formats: the readers that need no mapping, in the order in which they are asked."""

from __future__ import annotations

from holdfire.readers.acled import AcledReader
from holdfire.readers.canonical import CanonicalReader
from holdfire.readers.firms import FirmsReader
from holdfire.readers.messages import MessagesReader
from holdfire.readers.reader import Reader
from holdfire.readers.sirens import SirensReader
from holdfire.readers.ucdp import UcdpReader
from holdfire.readers.viina import ViinaReader

__all__ = ["READERS"]

READERS: tuple[Reader, ...] = (
    CanonicalReader(),
    UcdpReader(),
    ViinaReader(),
    AcledReader(),
    FirmsReader(),
    SirensReader(),
    MessagesReader(),
)
