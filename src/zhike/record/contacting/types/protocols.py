"""What contacting asks of the rooms above."""

from collections.abc import Mapping
from typing import Protocol

from zhike.platform.actors import Actor
from zhike.record.contacting.types.records import Value
from zhike.record.contacting.types.words import Label


class SampleSource(Protocol):
    """Real values for the preview of a template, from a record that the reader names."""

    name: str
    label: Label

    def values(self, *, actor: Actor, reference: str) -> Mapping[str, Value] | None:
        """The placeholders of this record; None where the actor can see none of that number."""


_samples: dict[str, SampleSource] = {}


def register_sample_source(source: SampleSource) -> None:
    """Called from `providers.py`."""
    _samples[source.name] = source


def sample_sources() -> list[SampleSource]:
    return [_samples[name] for name in sorted(_samples)]
