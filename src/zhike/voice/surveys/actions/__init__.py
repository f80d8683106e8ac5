"""All writes of surveys."""

from zhike.voice.surveys.actions.loading import load_answers

__all__ = ["load_answers"]
