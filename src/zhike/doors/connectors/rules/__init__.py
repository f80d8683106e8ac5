"""Formats of pushes, one folder each with the same files: `verify.py`, `parse.py`, and what joins them."""

from zhike.doors.connectors.rules.dcsa import FORMAT as DCSA
from zhike.doors.connectors.rules.iftsta import FORMAT as IFTSTA
from zhike.doors.connectors.rules.kuaidi100 import FORMAT as KUAIDI100
from zhike.doors.connectors.rules.own import FORMAT as OWN
from zhike.doors.connectors.rules.track17 import FORMAT as TRACK17
from zhike.doors.connectors.types import Format

FORMATS: dict[str, Format] = {one.code: one for one in (OWN, KUAIDI100, DCSA, IFTSTA, TRACK17)}
