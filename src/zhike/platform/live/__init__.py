"""Live events: `notify` tells browsers which rows changed (ids only); `ticket` says what a browser may hear."""

from zhike.platform.live.notifications import ALL, notify
from zhike.platform.live.tickets import Ticket, address, ticket

__all__ = ["ALL", "Ticket", "address", "notify", "ticket"]
