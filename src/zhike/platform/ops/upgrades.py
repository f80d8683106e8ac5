"""What rooms do once the schema is at this version, before anything is served."""

from collections.abc import Callable
from datetime import datetime

Upgrade = Callable[[datetime], None]
_UPGRADES: list[Upgrade] = []


def register_upgrade(upgrade: Upgrade) -> Upgrade:
    """Have `upgrade` called by every `manage.py prepare`; it does nothing where nothing is new."""
    _UPGRADES.append(upgrade)
    return upgrade


def run_upgrades(now: datetime) -> None:
    for upgrade in _UPGRADES:
        upgrade(now)
