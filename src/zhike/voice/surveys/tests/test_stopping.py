"""A strong signal ends a survey early only when somebody says so, and never for looking often."""

from collections.abc import Sequence
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from pytest_django import Settings

from zhike.methods.sequential import Look
from zhike.platform.audit.models import AuditEntry
from zhike.service.knowledge.tests.test_files import client_of
from zhike.voice.surveys import actions, queries
from zhike.voice.surveys.models import Campaign, Recipient
from zhike.voice.surveys.rules.stopping import strong_signals
from zhike.voice.surveys.tests.asking import NOW, SETUP, person, served, started
from zhike.voice.surveys.types import Trigger
from zhike.voice.surveys.types.stopping import NoStrongSignal, Signal

SECOND = timedelta(seconds=1)
LIMITS: dict[str, Any] = {"dissatisfied": Decimal("0.4"), "refused": Decimal("0.4"), "margin": Decimal("0.05")}


@pytest.fixture(autouse=True)
def pages(settings: Settings) -> None:
    settings.CSRF_TRUSTED_ORIGINS = ["https://desk.example.com"]


def test_signals__bad_news_first_and_precision_only_of_waves_and_of_all_forms() -> None:
    bad, fine = [Look(30, 20)], [Look(30, 3)]
    # 900 of 3,840 at the eighth look: far within ±5 points, and far below the limit.
    sure = [Look(30 * 2**at, 7 * 2**at) for at in range(8)]

    def kinds(scored: dict[str, list[Look]], heard: dict[str, list[Look]], trigger: Trigger) -> list[tuple[str, str]]:
        found = strong_signals(scored, heard, trigger=trigger, **LIMITS)
        return [(one.signal.value, one.audience) for one in found]

    assert kinds({"senior": bad}, {"senior": bad}, Trigger.WAVE) == [("dissatisfied", "senior"), ("refused", "senior")]
    assert kinds({"senior": fine}, {"senior": fine}, Trigger.WAVE) == []
    assert kinds({"senior": sure}, {"senior": fine}, Trigger.WAVE) == [("precise", "senior")]
    assert kinds({"senior": sure}, {"senior": fine}, Trigger.DELIVERY) == []
    assert kinds({"senior": sure, "general": []}, {}, Trigger.WAVE) == []


def said(number: str, scores: Sequence[int | None]) -> None:
    """Answers in the order of the list; None refuses."""
    of = Campaign.objects.get(number=number)
    pattern = Recipient.objects.filter(campaign=of).first()
    assert pattern is not None
    before = Recipient.objects.filter(campaign=of, received_at__isnull=False).count()
    for place, score in enumerate(scores):
        at = NOW + (before + place) * SECOND
        Recipient.objects.create(
            campaign=of,
            version=pattern.version,
            audience=pattern.audience,
            scope_unit_id=pattern.scope_unit_id,
            zone=pattern.zone,
            planned_at=NOW,
            invited_at=NOW,
            disposition="refused" if score is None else "answered",
            submitted_at=None if score is None else at,
            received_at=at,
            score=score,
            scale="" if score is None else "csat5",
            external_ref=f"t{before + place}",
        )


@pytest.mark.django_db
@pytest.mark.req("SURV-33")
def test_close_early__keeps_its_reason_and_asks_nobody_else() -> None:
    person(served())
    number = started()
    of = Campaign.objects.get(number=number)
    # Nineteen of 29 are not satisfied, the neutral among them: the first look is at thirty.
    said(number, [2] * 10 + [3] * 9 + [5] * 10)
    assert queries.signals_of(actor=SETUP, campaign_id=of.pk, trigger=Trigger.WAVE, now=NOW) == []
    with pytest.raises(NoStrongSignal):
        actions.close_early(actor=SETUP, number=number, now=NOW)
    of.refresh_from_db()
    assert (of.state, of.early) == ("running", None)
    said(number, [1])
    (found,) = queries.signals_of(actor=SETUP, campaign_id=of.pk, trigger=Trigger.WAVE, now=NOW)
    assert (found.signal, found.audience, found.n, found.hits) == (Signal.DISSATISFIED, "general", 30, 20)
    # The exact lower limit of 20 of 30 at 0.025.
    assert round(found.low, 4) == 0.4719
    # Thirty more who are satisfied settle nothing otherwise: the look at thirty stands.
    said(number, [5] * 20)
    assert queries.signals_of(actor=SETUP, campaign_id=of.pk, trigger=Trigger.WAVE, now=NOW) == [found]

    actions.close_early(actor=SETUP, number=number, now=NOW)

    of.refresh_from_db()
    assert (of.state, of.closed_at) == ("closed", NOW)
    assert of.early is not None
    assert (of.early["signal"], of.early["hits"], of.early["n"], of.early["limit"]) == ("dissatisfied", 20, 30, 0.4)
    waiting = Recipient.objects.get(campaign=of, received_at__isnull=True)
    assert (waiting.disposition, waiting.reason) == ("withheld", "ended")
    assert actions.invite_batch(actor=SETUP, now=NOW) == 0
    entry = AuditEntry.objects.filter(type="surveys.campaign_moved").latest("pk")
    assert (entry.changes["after"]["state"], entry.changes["after"]["signal"]) == ("closed", "dissatisfied")


@pytest.mark.django_db
def test_refusals__count_among_all_who_said_anything() -> None:
    person(served())
    number = started()
    of = Campaign.objects.get(number=number)
    said(number, [None] * 20 + [5] * 10)
    (found,) = queries.signals_of(actor=SETUP, campaign_id=of.pk, trigger=Trigger.WAVE, now=NOW)
    assert (found.signal, found.n, found.hits) == (Signal.REFUSED, 30, 20)


@pytest.mark.django_db
def test_page__tells_the_signal_and_closes_with_one_button() -> None:
    person(served())
    number = started()
    desk: Client = client_of("quality")
    where = f"/listen/surveys/{number}/"
    assert "提前结束" not in desk.get(where).content.decode()
    said(number, [1] * 30)
    shown = desk.get(where).content.decode()
    assert f'action="{where}early/"' in shown
    assert "前30个中有30个" in shown
    agent = client_of("agent")
    assert "early/" not in agent.get(where).content.decode()
    assert agent.post(f"{where}early/").status_code == 403
    assert Campaign.objects.get(number=number).state == "running"
    desk.post(f"{where}early/")
    assert Campaign.objects.get(number=number).state == "closed"
    closed = desk.get(where).content.decode()
    assert "提前结束的原因" in closed
    assert f'action="{where}early/"' not in closed
