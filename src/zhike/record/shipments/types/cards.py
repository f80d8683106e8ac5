"""What rooms above show on the page of a shipment, and where they register it."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Protocol

from zhike.platform.actors import Actor
from zhike.record.shipments.types.codes import Label


class ShipmentCard(Protocol):
    """A panel of the shipment page; it costs at most one query.

    `context` returns None where there is nothing to show: the card is then absent.
    """

    code: str
    label: Label
    right: str
    order: int
    template: str

    def context(self, *, actor: Actor, shipment_id: int, now: datetime) -> Mapping[str, Any] | None: ...


_cards: dict[str, ShipmentCard] = {}


def register_card(card: ShipmentCard) -> None:
    """Called from `providers.py`."""
    _cards[card.code] = card


def cards() -> list[ShipmentCard]:
    return sorted(_cards.values(), key=lambda card: (card.order, card.code))
