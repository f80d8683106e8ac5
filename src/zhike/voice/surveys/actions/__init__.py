"""Everything that is done with surveys."""

from zhike.voice.surveys.actions.past import load_campaigns

__all__ = ["load_campaigns"]
