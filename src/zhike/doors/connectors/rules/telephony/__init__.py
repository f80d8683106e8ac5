"""Telephone systems: signed events of calls, read through the profile that settings hold for each system."""

from zhike.doors.connectors.rules.telephony.parse import parse
from zhike.doors.connectors.rules.telephony.verify import verify

__all__ = ["parse", "verify"]
