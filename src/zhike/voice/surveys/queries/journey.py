"""Which stages of the customer's journey the forms in use ask about (METR-07)."""

from zhike.methods.scales import SCALES, Kind
from zhike.platform.actors import Actor
from zhike.platform.authz import authorize
from zhike.voice.surveys.models import CampaignForm, Questionnaire, Version
from zhike.voice.surveys.policies import VIEW, form_scope
from zhike.voice.surveys.queries.forms import forms_of
from zhike.voice.surveys.rules.forms import journey_of
from zhike.voice.surveys.types import CampaignState, ItemKind, ItemView, Journey, StageMeasure, VersionState


def _judges(item: ItemView) -> bool:
    """A question on a scale; yes and no are facts."""
    return item.kind is ItemKind.SCALE and SCALES[item.scale].kind is not Kind.YES_NO


def stage_measures(*, actor: Actor) -> list[StageMeasure]:
    """What each form in use measures of each stage, by its scaled questions; forms in order of their codes.

    In use are the published versions of active forms, and those that a running survey carries.
    """
    authorize(actor, VIEW)
    active = Questionnaire.objects.filter(form_scope(actor), active=True, published_version__gt=0)
    published = Version.objects.filter(questionnaire__in=active, state=VersionState.PUBLISHED.value).order_by(
        "questionnaire_id", "-number"
    )
    running = CampaignForm.objects.filter(campaign__state=CampaignState.RUNNING.value)
    ids = {
        *published.distinct("questionnaire_id").values_list("pk", flat=True),
        *running.values_list("version_id", flat=True),
    }
    counted: dict[tuple[str, Journey], StageMeasure] = {}
    for form in forms_of(actor=actor, version_ids=ids).values():
        for section in form.sections:
            for item in section.items:
                stage = journey_of(section, item)
                if stage is Journey.NONE or not _judges(item):
                    continue
                known = counted.get((form.code, stage))
                keys = {*known.keys, item.key} if known else {item.key}
                counted[form.code, stage] = StageMeasure(
                    stage=stage, code=form.code, names=form.names, audience=form.audience, keys=frozenset(keys)
                )
    return [counted[key] for key in sorted(counted)]
