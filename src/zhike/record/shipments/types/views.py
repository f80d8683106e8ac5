"""What queries return: rows of lists, the shipment page, the watch list, figures."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class OrderRef:
    """A registered order with the ids and waybills of its shipments."""

    id: int
    number: str
    shipments: tuple[tuple[int, str], ...]
