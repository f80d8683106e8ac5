"""Everything that is done with surveys."""

from zhike.voice.surveys.actions.forms import (
    begin_draft,
    install_builtin,
    publish_form,
    retire_form,
    save_form,
)
from zhike.voice.surveys.actions.loading import (
    load_answers,
)
from zhike.voice.surveys.actions.past import (
    load_campaigns,
)

__all__ = [
    "begin_draft",
    "install_builtin",
    "load_answers",
    "load_campaigns",
    "publish_form",
    "retire_form",
    "save_form",
]
