"""Invented exports of the programs that companies keep their customers in, English and Russian."""

from export_parts import ROWS, Export
from exports_of_customers import CUSTOMERS
from exports_of_events import EVENTS

__all__ = ["EXPORTS", "ROWS", "Export"]

EXPORTS = EVENTS | CUSTOMERS
