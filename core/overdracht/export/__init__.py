"""Everything an order asks for, read from its sources and written into a bag.

The documents that explain it are made from the result by `overdracht.report`.
"""

from overdracht.export.collecting import collect
from overdracht.export.ledger import Ledger
from overdracht.export.order import (
    Bag,
    Controller,
    Exported,
    Haul,
    Order,
    Purpose,
    Shortfall,
    Summary,
    Written,
)

__all__ = [
    "Bag",
    "Controller",
    "Exported",
    "Haul",
    "Ledger",
    "Order",
    "Purpose",
    "Shortfall",
    "Summary",
    "Written",
    "collect",
]
