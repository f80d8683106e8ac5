"""Two hundred people answer a survey at once while its results are read: nothing lost, nothing double, no error.

`python -m bench.people_answering [PEOPLE]`, on loopback, bounded: each opens a link, answers part by part as a browser
without script does, and sends off; every tenth presses the last button twice at the same moment. Two who may read
results go on looking at the survey's report and at its figures. Afterwards every answer of every part is held against
what was sent, in SQL. Prints p50, p95 and p99 of every kind of request; ends with 1 where a promise is broken.
"""

import logging
import os
import sys
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import timedelta
from threading import Event
from time import perf_counter

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "zhike.config.settings")
django.setup()

import httpx  # noqa: E402 - after setup
import numpy as np  # noqa: E402
from django.conf import settings  # noqa: E402
from django.db import connection  # noqa: E402
from django.test import Client, override_settings  # noqa: E402
from django.urls import reverse  # noqa: E402

from bench.agents_at_work import PATIENCE, Book, one, report  # noqa: E402
from bench.measuring import verdict  # noqa: E402
from tests.harness import databases  # noqa: E402
from tests.harness.forms import Forms  # noqa: E402
from tests.harness.sites import Site, running_site  # noqa: E402
from zhike.methods.scales import SCALES  # noqa: E402
from zhike.platform import clock  # noqa: E402
from zhike.platform.accounts.models import User  # noqa: E402
from zhike.platform.actors import system_actor  # noqa: E402
from zhike.platform.calendars.tests.factories import default_calendar  # noqa: E402
from zhike.platform.parameters import actions as settings_of  # noqa: E402
from zhike.record.organization import actions as organization  # noqa: E402
from zhike.record.organization.tests import factories  # noqa: E402
from zhike.voice.surveys import actions, queries  # noqa: E402
from zhike.voice.surveys.models import Campaign, Recipient  # noqa: E402
from zhike.voice.surveys.rules.links import seal  # noqa: E402
from zhike.voice.surveys.tests import asking  # noqa: E402
from zhike.voice.surveys.types import Audience, FormView, ItemKind  # noqa: E402

ACTOR = system_actor("bench")
THINKING = (0.5, 1.5)
"""Seconds from one answer to the next request of one person."""
BETWEEN_LOOKS = 0.5
TWICE = 10
OTHERS = ("outbox", "worker")
logging.getLogger("httpx").setLevel(logging.WARNING)


@dataclass(slots=True)
class Person:
    """Somebody with a link, and what they will say to each question."""

    link: str
    words: dict[str, str]
    parts: int
    browser: httpx.Client
    book: Book
    chance: np.random.Generator
    thinking: tuple[float, float]
    twice: bool
    complaint: str = "has not begun"

    def think(self) -> None:
        time.sleep(float(self.chance.uniform(*self.thinking)))

    def ask(self, kind: str, method: str, path: str, data: dict[str, str] | None = None) -> httpx.Response:
        began = perf_counter()
        answer = self.browser.request(method, path, data=data)
        self.book.note(kind, perf_counter() - began, answer)
        return answer

    def answer(self) -> None:
        """From the link to the thanks."""
        page = self.ask("open", "GET", self.link)
        for part in range(1, self.parts + 1):
            self.think()
            reader = Forms()
            reader.feed(page.text)
            form = next((one for one in reader.found if one.action.startswith(self.link)), None)
            if form is None:
                self.complaint = f"part {part} has no questions: {page.status_code} {page.url}"
                return
            action = form.action
            shown = {key: said for key, said in self.words.items() if f'name="{key}"' in page.text}
            data = {"csrfmiddlewaretoken": form.fields["csrfmiddlewaretoken"], **shown}
            last = part == self.parts
            presses = 2 if last and self.twice else 1
            with ThreadPoolExecutor(presses) as fingers:
                kind = "submit" if last else "save a part"
                sent = list(fingers.map(lambda _press: self.ask(kind, "POST", action, data), range(presses)))  # noqa: B023 - done within
            if not all(one.is_redirect or f'action="{self.link}' not in one.text for one in sent):
                self.complaint = f"{action}: {[one.status_code for one in sent]}"
                return
            led = next((one.headers["Location"] for one in sent if one.is_redirect), self.link)
            page = self.ask("thanks" if last else "next part", "GET", led)
        self.complaint = "" if f'action="{self.link}' not in page.text else "is asked on"


def ask(people: int) -> tuple[Campaign, FormView, list[Recipient]]:
    """A survey that runs, and so many who have just been asked."""
    now = clock.now()
    factories.company()
    # Whoever is dissatisfied is called back by somebody of the desk, in working time.
    factories.staff(roles=("agent",))
    default_calendar()
    actions.install_builtin(actor=ACTOR, publish=True, now=now)
    settings_of.set_parameter(
        actor=ACTOR, key="portal.answers_an_hour", value=100_000, reason="bench", source="bench", now=now
    )
    form = queries.published_form(actor=ACTOR, code="general")
    asking.person()
    today = clock.local_date(now, "Asia/Shanghai")
    number = asking.started(
        now=now, planned_on=today, closes_on=today + timedelta(days=2), forms={Audience.GENERAL: form.version_id}
    )
    campaign = Campaign.objects.get(number=number)
    Recipient.objects.bulk_create(
        Recipient(
            campaign=campaign,
            version_id=form.version_id,
            audience=Audience.GENERAL.value,
            scope_unit_id=campaign.scope_unit_id,
            disposition="sent",
            zone=campaign.zone,
            planned_at=now,
            invited_at=now,
            external_ref=f"bench{at}",
        )
        for at in range(people)
    )
    asked = Recipient.objects.filter(campaign=campaign).exclude(external_ref="").order_by("pk")
    return campaign, form, list(asked)


def words_of(form: FormView, number: int, chance: np.random.Generator) -> dict[str, str]:
    """A level of each scale, and a word by which this person is known again."""
    found = {}
    for item in form.items:
        if item.kind is ItemKind.TEXT:
            found[item.key] = f"word {number}"
        else:
            found[item.key] = str(chance.integers(SCALES[item.scale].min, SCALES[item.scale].max + 1))
    return found


def look(site: Site, session: str, pages: list[str], book: Book, done: Event) -> None:
    """Somebody who reads the results while they come in."""
    with httpx.Client(
        base_url=site.url, cookies={settings.SESSION_COOKIE_NAME: session}, timeout=PATIENCE, follow_redirects=False
    ) as browser:
        while not done.is_set():
            for kind, page in zip(("report", "figures"), pages, strict=True):
                began = perf_counter()
                answer = browser.get(page)
                book.note(kind, perf_counter() - began, answer)
                if answer.status_code != httpx.codes.OK:
                    book.faults.append(f"{kind} {page}: {answer.status_code}")
            done.wait(BETWEEN_LOOKS)


def reader() -> str:
    """The session of somebody who may read results."""
    member = factories.staff(roles=("quality",))
    made = organization.open_staff_account(
        actor=factories.SETUP,
        staff_id=member.pk,
        username="reader",
        language="en",
        password="correct horse battery",  # noqa: S106 - of a database that is dropped at the end
        now=clock.now(),
    )
    browser = Client()
    browser.force_login(User.objects.get(pk=made.user_id))
    return str(browser.cookies[settings.SESSION_COOKIE_NAME].value)


def held(asked: list[Recipient], people: list[Person]) -> list[tuple[str, int, int]]:
    """What was sent beside what the database holds, answer by answer; the two must be the same."""
    sent = Counter((to.pk, key, said) for to, one in zip(asked, people, strict=True) for key, said in one.words.items())
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT a.recipient_id, i.key, CASE WHEN i.kind = 'text' THEN a.text ELSE a.value::text END"
            " FROM surveys_answer a JOIN surveys_item i ON i.id = a.item_id"
        )
        there = Counter((int(pk), str(key), str(said)) for pk, key, said in cursor.fetchall())
    return [
        ("answers sent that are lost", (sent - there).total(), 0),
        ("answers that nobody sent, or twice", (there - sent).total(), 0),
        (
            "people who have answered",
            one("SELECT count(*) FROM surveys_recipient WHERE disposition = 'answered' AND submitted_at IS NOT NULL"),
            len(people),
        ),
        (
            "told to other rooms",
            one(
                "SELECT count(*) FROM (SELECT jsonb_array_elements(payload->'recipient_ids') FROM outbox_outboxevent"
                " WHERE type = 'surveys.outcomes') told"
            ),
            len(people),
        ),
        ("comments to be read", one("SELECT count(*) FROM surveys_comment"), len(people)),
        ("deadlocks", one("SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()"), 0),
    ]


def main(
    people: int, *, readers: int = 2, thinking: tuple[float, float] = THINKING, others: tuple[str, ...] = OTHERS
) -> int:
    """0 when every promise held. `others`: what of the house runs beside the web server."""
    book, done = Book(), Event()
    with (
        databases.cloned(databases.empty_template()),
        override_settings(CSRF_TRUSTED_ORIGINS=["https://desk.example.com"]),
    ):
        campaign, form, asked = ask(people)
        pages = [reverse("reports:survey", args=[campaign.pk]), reverse("metrics:figure", args=["csat4"])]
        session = reader()
        with running_site("web", *others, web_workers=2) as site:
            everybody = [
                Person(
                    link=reverse("portal:survey", args=[seal(to.ref)]),
                    words=words_of(form, at, chance := np.random.default_rng(at)),
                    parts=len(form.sections),
                    browser=httpx.Client(base_url=site.url, timeout=PATIENCE, headers={"accept-language": "en"}),
                    book=book,
                    chance=chance,
                    thinking=thinking,
                    twice=at % TWICE == 0,
                )
                for at, to in enumerate(asked)
            ]
            began = perf_counter()
            with ThreadPoolExecutor(people + readers) as pool:
                looking = [pool.submit(look, site, session, pages, book, done) for _one in range(readers)]
                try:
                    for answering in [pool.submit(one.answer) for one in everybody]:
                        answering.result()
                finally:
                    done.set()
                for future in looking:
                    future.result()
            seconds = perf_counter() - began
            for one_of in everybody:
                one_of.browser.close()
        print(
            f"{people} people at once, {len(form.sections)} parts with {len(form.items)} questions each, {readers}"
            f" readers, on {os.cpu_count()} cores"
        )
        report(book, seconds)
        troubles = [*book.faults, *(one_of.complaint for one_of in everybody if one_of.complaint)]
        for trouble in troubles[:10]:
            print(f"  FAULT {trouble}")
        print(f"  errors: {len(troubles)}: {verdict(met=not troubles)}")
        good = not troubles
        for what, there, promised in held(asked, everybody):
            good &= there == promised
            print(f"  {what}: {there}, promised {promised}: {verdict(met=there == promised)}")
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else 200))
