"""B6: a survey answered by its link against a plain Django view that reads as much.

`python -m bench.b6_answer [SURVEYS]`: so many surveys (300) of three questions are opened, answered with a word, sent
off and thanked for, through the public pages; then as many through a plain view, their turns alternating. The plain
view stands behind the same middleware, reads the same tables as often as ours did for the same request (forms, answers
and people through the ORM as any view does, the rest as it stands), writes all answers with one INSERT, and gives pages
of the same questions and the same size. The actor is the holder of a link. Budget: at least half of its throughput.
"""

import os
import re
import statistics
import sys
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from importlib import import_module
from time import perf_counter
from typing import Any

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "zhike.config.settings")
django.setup()

from django.conf import settings  # noqa: E402 - after setup
from django.db import connection  # noqa: E402
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect  # noqa: E402
from django.template import engines  # noqa: E402
from django.test import Client, override_settings  # noqa: E402
from django.urls import include, path, reverse  # noqa: E402

from bench.measuring import verdict  # noqa: E402
from tests.harness import databases  # noqa: E402
from zhike.platform import clock  # noqa: E402
from zhike.platform.actors import system_actor  # noqa: E402
from zhike.platform.db import launcher, roles  # noqa: E402
from zhike.platform.environment import environment  # noqa: E402
from zhike.platform.parameters import actions as settings_of  # noqa: E402
from zhike.record.organization.tests import factories as organization  # noqa: E402
from zhike.voice.surveys import actions, queries  # noqa: E402
from zhike.voice.surveys.models import Answer, Campaign, Item, Recipient, Section, Version  # noqa: E402
from zhike.voice.surveys.rules.links import seal  # noqa: E402
from zhike.voice.surveys.types import Audience, FormView, Trigger  # noqa: E402
from zhike.voice.surveys.types.campaigns import CampaignEntry  # noqa: E402

BUDGET = 0.5
ROUNDS = 6
FORM = "contact-5"
SAID = {"overall": "4", "effort": "2", "why": "一切顺利，谢谢。"}
ACTOR = system_actor("bench")
SITE = {"ROOT_URLCONF": "bench.b6_answer", "CSRF_TRUSTED_ORIGINS": ["https://desk.example.com"]}
PLAIN = """
{% load i18n %}<!doctype html><html lang="en"><head><title>{{ form.names.en }}</title></head><body>
<form method="post">{% csrf_token %}
{% for item in form.items %}<fieldset><legend>{{ item.texts.en }}</legend>
{% for point in points %}<label><input type="radio" name="{{ item.key }}" value="{{ point }}">{{ point }}</label>
{% endfor %}
</fieldset>{% endfor %}<button type="submit">{% translate "Send off" context "survey" %}</button></form>
<p>{{ filling }}</p></body></html>
"""


@dataclass(slots=True)
class Step:
    """One request of ours: what it read, how many statements wrote, how large its answer was."""

    reads: list[tuple[str, Any]] = field(default_factory=list)
    writes: int = 0
    size: int = 0
    filling: str = ""

    def __call__(self, execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:  # noqa: ANN401, FBT001 - Django's signature
        if sql.lstrip().upper().startswith("SELECT"):
            self.reads.append((re.sub(r" FOR (NO KEY )?UPDATE.*", "", sql), params))
        elif not sql.startswith(("SAVEPOINT", "RELEASE")):
            self.writes += 1
        return execute(sql, params, many, context)


WRITTEN = engines["django"].from_string(PLAIN)
STEPS: list[Step] = []
SHOWN: list[FormView] = []
FIRST: list[int] = []


def read(sql: str, params: Any, number: int) -> None:  # noqa: ANN401 - whatever the statement was given
    """The same rows once more, as a view asks for them."""
    version = SHOWN[0].version_id
    if 'FROM "surveys_recipient"' in sql:
        Recipient.objects.select_related("campaign", "shipment").filter(pk=number).first()
    elif 'FROM "surveys_version"' in sql:
        Version.objects.select_related("questionnaire").get(pk=version)
    elif 'FROM "surveys_section"' in sql:
        list(Section.objects.filter(version=version).order_by("order"))
    elif 'FROM "surveys_item"' in sql:
        list(Item.objects.filter(version=version).order_by("order"))
    elif 'FROM "surveys_answer"' in sql:
        list(Answer.objects.filter(recipient=number))
    else:
        with connection.cursor() as cursor:
            cursor.execute(sql, params)
            cursor.fetchall()


def plain(request: HttpRequest, number: int, step: int) -> HttpResponse:
    """As one would write it without thinking of anything else."""
    for sql, params in STEPS[step].reads:
        read(sql, params, number)
    if request.method == "POST":
        with connection.cursor() as cursor:
            cursor.execute(
                "INSERT INTO bench_answer (recipient, overall, effort, why) VALUES (%s, %s, %s, %s)",
                [number, int(request.POST["overall"]), int(request.POST["effort"]), request.POST["why"]],
            )
        return HttpResponseRedirect(reverse("plain", args=[number, step + 1]))
    shown = {"form": SHOWN[0], "points": range(1, 6), "filling": STEPS[step].filling}
    return HttpResponse(WRITTEN.render(shown, request))


urlpatterns = [path("plain/<int:number>/<int:step>/", plain, name="plain"), path("", include("zhike.config.urls"))]


def ask(people: int) -> list[str]:
    """A survey that runs, and so many who have been asked; their links."""
    now = clock.now()
    organization.company()
    actions.install_builtin(actor=ACTOR, publish=True, now=now)
    settings_of.set_parameter(
        actor=ACTOR, key="portal.answers_an_hour", value=100_000, reason="bench", source="bench", now=now
    )
    form = queries.published_form(actor=ACTOR, code=FORM)
    SHOWN[:] = [form]
    entry = CampaignEntry(
        name="bench", trigger=Trigger.CASE, planned_on=now.date(), forms={Audience.CONTACT: form.version_id}
    )
    number = actions.plan_campaign(actor=ACTOR, entry=entry, now=now)
    actions.start_campaign(actor=ACTOR, number=number, now=now)
    campaign = Campaign.objects.get(number=number)
    asked = [
        Recipient(
            ref=uuid.uuid4(),
            campaign=campaign,
            version_id=form.version_id,
            audience=Audience.CONTACT.value,
            scope_unit_id=campaign.scope_unit_id,
            disposition="sent",
            zone=campaign.zone,
            planned_at=now,
            invited_at=now,
            external_ref=f"bench{at}",
        )
        for at in range(people)
    ]
    Recipient.objects.bulk_create(asked, batch_size=1000)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE surveys_recipient")
    FIRST[:] = [asked[0].pk]
    return [seal(one.ref) for one in asked]


def answer(browser: Client, token: str) -> Iterator[Any]:
    """Opened, answered, thanked for: what a phone asks for."""
    link = reverse("portal:survey", args=[token])
    yield browser.get(link)
    sent = browser.post(f"{link}1/", SAID)
    assert sent["Location"] == link, sent.content
    yield sent
    yield browser.get(link)


def answer_plain(browser: Client, number: int) -> Iterator[Any]:
    yield browser.get(f"/plain/{number}/0/")
    sent = browser.post(f"/plain/{number}/1/", SAID)
    yield sent
    yield browser.get(sent["Location"])


def learn(browser: Client, token: str) -> None:
    """What ours reads, writes and shows at each step; the plain view's pages are filled up to the same size."""
    STEPS.clear()
    asked = answer(browser, token)
    for _step in range(3):
        seen = Step()
        with connection.execute_wrapper(seen):
            seen.size = len(next(asked).content)
        STEPS.append(seen)
    for at, shown in enumerate(answer_plain(browser, 0)):
        STEPS[at].filling = "x" * max(0, STEPS[at].size - len(shown.content))
    for at, shown in enumerate(answer_plain(browser, 0)):
        assert abs(len(shown.content) - STEPS[at].size) < 100, (len(shown.content), STEPS[at].size)


@contextmanager
def a_table() -> Iterator[None]:
    """Where the plain view writes."""
    name = str(connection.settings_dict["NAME"])
    with roles.connect(launcher.admin_parameters(environment()), dbname=name) as conn:
        conn.execute(
            "CREATE TABLE bench_answer (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, recipient bigint,"
            " overall int, effort int, why text, at timestamptz DEFAULT now())"
        )
        conn.execute("GRANT ALL ON bench_answer TO PUBLIC")
    yield


def main(surveys: int) -> int:
    """0 when the budget is met."""
    each = max(1, surveys // ROUNDS)
    with databases.cloned(databases.empty_template()), override_settings(**SITE), a_table():
        tokens = ask(each * ROUNDS + 2)
        browser = Client(headers={"accept-language": "en"}, SERVER_NAME=settings.ALLOWED_HOSTS[0])
        learn(browser, tokens.pop())
        learn(browser, tokens.pop())
        speeds: dict[str, list[float]] = {"ours": [], "plain": []}
        for turn in range(ROUNDS):
            own = tokens[turn * each : (turn + 1) * each]
            for name in sorted(speeds, reverse=bool(turn % 2)):
                began = perf_counter()
                for at, token in enumerate(own):
                    for shown in (
                        answer(browser, token) if name == "ours" else answer_plain(browser, FIRST[0] + turn * each + at)
                    ):
                        assert shown.status_code < 400
                speeds[name].append(each / (perf_counter() - began))
        answered = Recipient.objects.filter(disposition="answered", submitted_at__isnull=False).count()
        assert answered == each * ROUNDS + 2, answered
    mine, base = (statistics.median(speeds[name]) for name in ("ours", "plain"))
    met = mine >= BUDGET * base
    for step, told in zip(STEPS, ("open", "answer and send off", "thanks"), strict=True):
        print(f"B6 {told}: {len(step.reads)} reads, {step.writes} writes, {step.size:,} bytes")
    print(
        f"B6 {each * ROUNDS:,} surveys of {len(SHOWN[0].items)} questions, by the holder of a link: {mine:.1f} a"
        f" second, plain view with equal reads, one INSERT and equal size {base:.1f} a second (medians of"
        f" {ROUNDS} turns), ratio {mine / base:.2f} (budget ≥ {BUDGET}): {verdict(met=met)}"
    )
    return 0 if met else 1


if __name__ == "__main__":
    # The addresses are read from the module by its name, and must be those of the same module.
    sys.exit(import_module("bench.b6_answer").main(int(sys.argv[1]) if len(sys.argv) > 1 else 300))
