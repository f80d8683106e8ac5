"""Fifty agents and five departments at work at once on one server: nothing lost, no deadlock, nobody told twice.

`python -m bench.agents_at_work [AGENTS] [ROUNDS]`, on loopback, bounded: each agent goes through so many rounds of
queue, new case, case page, reply, internal task and an edit of a case that everybody edits; the departments answer what
they are asked meanwhile. Prints p50, p95 and p99 of every kind of request; ends with 1 where a promise is broken.
"""

import logging
import os
import re
import sys
import time
from collections import defaultdict
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import Event, Lock
from time import perf_counter

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "zhike.config.settings")
django.setup()

import httpx  # noqa: E402 - after setup
import numpy as np  # noqa: E402
import pyarrow as pa  # noqa: E402
from django.conf import settings  # noqa: E402
from django.db import connection  # noqa: E402
from django.test import Client  # noqa: E402

from bench.measuring import verdict  # noqa: E402
from tests.harness import databases  # noqa: E402
from tests.harness.companies import settle, small_company  # noqa: E402
from tests.harness.forms import Form, Forms  # noqa: E402
from tests.harness.sites import Site, running_site  # noqa: E402
from zhike.demo.build import ACTOR, PASSWORD, load  # noqa: E402
from zhike.platform import clock  # noqa: E402
from zhike.record.customers import queries as customers  # noqa: E402
from zhike.record.organization import actions as organization  # noqa: E402
from zhike.record.organization import queries as people  # noqa: E402
from zhike.record.organization.types import RoleReach  # noqa: E402
from zhike.service.cases import queries as cases  # noqa: E402

UNITS = ("ROAD", "WH", "FIN", "AIREXP", "SEAEXP")
SHARED_CUSTOMERS, SHARED_CASES = 40, 12
PATIENCE = 120.0
TOO_MANY, FAULT = 429, 500
THINKING = (0.5, 1.5)
"""Seconds from one answer to the next request of an agent."""
BETWEEN_LOOKS = 3.0
"""Seconds from one look of a department at its tasks to the next."""
logging.getLogger("httpx").setLevel(logging.WARNING)


@dataclass(slots=True)
class Book:
    """What was asked for, how long it took, and what the server acknowledged."""

    took: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    faults: list[str] = field(default_factory=list)
    acknowledged: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    clashes: int = 0
    lock: Lock = field(default_factory=Lock)

    def note(self, kind: str, seconds: float, answer: httpx.Response) -> None:
        with self.lock:
            self.took[kind].append(seconds)
            if answer.status_code >= FAULT or answer.status_code == TOO_MANY:
                self.faults.append(f"{kind} {answer.request.url}: {answer.status_code}")

    def keep(self, kind: str, what: str) -> None:
        with self.lock:
            self.acknowledged[kind].append(what)

    def clash(self) -> None:
        with self.lock:
            self.clashes += 1


@dataclass(slots=True)
class Worker:
    """One person with a browser."""

    name: str
    browser: httpx.Client
    book: Book
    chance: np.random.Generator

    def think(self) -> None:
        time.sleep(float(self.chance.uniform(*THINKING)))

    def get(self, kind: str, path: str) -> httpx.Response:
        self.think()
        began = perf_counter()
        answer = self.browser.get(path)
        self.book.note(kind, perf_counter() - began, answer)
        return answer

    def form(self, kind: str, path: str, wanted: str) -> Form:
        """The form of a page that has this field, as it stands there."""
        reader = Forms()
        reader.feed(self.get(kind, path).text)
        found = [form for form in reader.found if wanted in form.fields]
        assert found, f"{path} has no form with {wanted}"
        form = found[0]
        form.action = form.action or path
        return form

    def send(self, kind: str, form: Form, **values: str) -> bool:
        """Whether the server acknowledged it: it then leads elsewhere."""
        self.think()
        began = perf_counter()
        data = {**form.fields, **values, "csrfmiddlewaretoken": self.browser.cookies[settings.CSRF_COOKIE_NAME]}
        answer = self.browser.post(form.action, data=data, headers={"Referer": str(self.browser.base_url)})
        self.book.note(kind, perf_counter() - began, answer)
        return answer.is_redirect


def agent_round(worker: Worker, turn: int, numbers: list[str], shared: list[int]) -> None:
    """What an agent does with one matter, and once with a case that others have open too."""
    mark = f"{worker.name}-{turn}"
    worker.get("queue", "/serve/queue/")
    form = worker.form("new case, form", f"/serve/cases/new/?customer={worker.chance.choice(numbers)}", "subject")
    if worker.send("new case", form, subject=f"case {mark}", text=f"text {mark}", separate="on"):
        worker.book.keep("case", f"case {mark}")
    case = int(worker.chance.choice(shared))
    form = worker.form("case page", f"/serve/cases/{case}/", "body")
    if worker.send("reply", form, body=f"reply {mark}", channel="call"):
        worker.book.keep("reply", f"reply {mark}")
    form = worker.form("task, form", f"/serve/cases/{case}/ask/", "title")
    unit = str(worker.chance.choice(UNIT_IDS))
    if worker.send("ask a department", form, unit=unit, title=f"task {mark}"):
        worker.book.keep("task", f"task {mark}")
    form = worker.form("edit, form", f"/serve/cases/{shared[0]}/edit/", "version")
    seen = re.search(r"\d+", form.fields["next_step"])
    if worker.send("edit", form, next_step=f"step {int(seen[0]) + 1 if seen else 1}"):
        worker.book.keep("edit", mark)
    else:
        worker.book.clash()


UNIT_IDS: list[int] = []


def department(worker: Worker, done: Event) -> None:
    """Answers the oldest of what its unit is asked, until the agents have gone and nothing is left."""
    while True:
        over = done.is_set()
        page = worker.get("tasks", "/serve/tasks/?open=1&sort=due_at&view=mine")
        found = list(dict.fromkeys(re.findall(r'href="/serve/tasks/(\d+)/"', page.text)))
        for task in found[:5]:
            form = worker.form("task page", f"/serve/tasks/{task}/", "text")
            if worker.send("answer a task", form, text=f"answer {task}"):
                worker.book.keep("answer", f"answer {task}")
        if over:
            return
        done.wait(BETWEEN_LOOKS)


def hire(count: int) -> list[tuple[str, str]]:
    """So many agents and one person of each department, newly hired; user name and session of each."""
    now = clock.now()
    agents = [(f"L{at:03d}", "CS", "agent") for at in range(count)]
    others = [(f"D{at:03d}", code, "department") for at, code in enumerate(UNITS)]
    everybody = agents + others
    table = pa.table(
        {
            "number": [number for number, _unit, _role in everybody],
            "name": [f"Load {number}" for number, _unit, _role in everybody],
            "unit_code": [unit for _number, unit, _role in everybody],
        }
    )
    load("organization.staff", table, now=now)
    members = {row.number: row for row in people.staff_rows(actor=ACTOR).filter(name__startswith="Load ")}
    units = dict(people.unit_rows(actor=ACTOR).filter(code__in=UNITS).values_list("code", "pk"))
    UNIT_IDS.extend(units.values())
    sessions = []
    for number, unit, role in everybody:
        reach = RoleReach.COMPANY if role == "agent" else RoleReach.SUBTREE
        pk = members[number].pk
        organization.assign_role(actor=ACTOR, staff_id=pk, role=role, reach=reach, unit_id=units.get(unit), now=now)
        organization.open_staff_account(
            actor=ACTOR, staff_id=pk, username=number.lower(), language="en", password=PASSWORD, now=now
        )
        browser = Client()
        user = people.staff_rows(actor=ACTOR).get(pk=pk).user
        assert user is not None
        browser.force_login(user)
        sessions.append((number, browser.cookies[settings.SESSION_COOKIE_NAME].value))
    return sessions


@contextmanager
def workers(site: Site, sessions: list[tuple[str, str]], book: Book) -> Iterator[list[Worker]]:
    found = []
    for at, (name, session) in enumerate(sessions):
        browser = httpx.Client(
            base_url=site.url, cookies={settings.SESSION_COOKIE_NAME: session}, timeout=PATIENCE, follow_redirects=False
        )
        browser.get("/me/")
        found.append(Worker(name, browser, book, np.random.default_rng(at)))
    try:
        yield found
    finally:
        for worker in found:
            worker.browser.close()


def one(sql: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return int((cursor.fetchone() or (0,))[0] or 0)


def kept(book: Book) -> list[tuple[str, int, int]]:
    """What was acknowledged beside what the database holds; the two must be the same."""
    said = {kind: len(marks) for kind, marks in book.acknowledged.items()}
    for kind, marks in book.acknowledged.items():
        assert kind == "answer" or len(set(marks)) == len(marks), f"{kind} acknowledged twice"
    return [
        ("cases opened", said["case"], one("SELECT count(*) FROM cases_case WHERE subject LIKE 'case L%'")),
        ("replies", said["reply"], one("SELECT count(*) FROM interactions_interaction WHERE body LIKE 'reply L%'")),
        ("tasks asked", said["task"], one("SELECT count(*) FROM cases_task WHERE title LIKE 'task L%'")),
        ("tasks answered", said["answer"], one("SELECT count(*) FROM cases_task WHERE reply LIKE 'answer %'")),
        (
            "edits of the same case",
            said["edit"],
            one("SELECT substring(next_step from '\\d+')::int FROM cases_case ORDER BY version DESC LIMIT 1"),
        ),
    ]


def report(book: Book, seconds: float) -> None:
    total = sum(len(times) for times in book.took.values())
    print(f"{total} requests in {seconds:.0f} s, {total / seconds:.0f} a second")
    for kind, times in [*book.took.items(), ("all", [one for many in book.took.values() for one in many])]:
        p50, p95, p99 = (float(np.percentile(times, share)) * 1000 for share in (50, 95, 99))
        print(f"  {kind:<18} n {len(times):>5}  p50 {p50:6.0f} ms  p95 {p95:6.0f} ms  p99 {p99:6.0f} ms")


def main(agents: int, rounds: int) -> int:
    """0 when every promise held."""
    book = Book()
    with databases.cloned(small_company()):
        sessions = hire(agents)
        numbers = list(customers.customer_rows(actor=ACTOR).order_by("pk").values_list("number", flat=True))
        shared = list(cases.case_rows(actor=ACTOR).filter(state="in_work").order_by("pk").values_list("pk", flat=True))
        deadlocks = "SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()"
        before = one(deadlocks)
        with (
            running_site("web", "live", "outbox", "worker", web_workers=2) as site,
            workers(site, sessions, book) as all_,
        ):
            done, began = Event(), perf_counter()
            with ThreadPoolExecutor(len(all_)) as pool:
                inside = [pool.submit(department, worker, done) for worker in all_[agents:]]
                outside = [
                    pool.submit(_rounds, worker, rounds, numbers[:SHARED_CUSTOMERS], shared[:SHARED_CASES])
                    for worker in all_[:agents]
                ]
                for future in outside:
                    future.result()
                done.set()
                for future in inside:
                    future.result()
            seconds = perf_counter() - began
        settle()
        print(f"{agents} agents, {len(UNITS)} departments, {rounds} rounds each, on {os.cpu_count()} cores")
        report(book, seconds)
        good = not book.faults
        for fault in book.faults[:10]:
            print(f"  FAULT {fault}")
        for what, said, there in kept(book):
            good &= said == there
            print(f"  {what}: {said} acknowledged, {there} in the database: {verdict(met=said == there)}")
        print(f"  edits refused because somebody else was quicker: {book.clashes}")
        held = {
            "deadlocks": one(deadlocks) - before,
            "messages sent twice": one(
                'SELECT count(*) FROM (SELECT 1 FROM messaging_message GROUP BY channel, "to", purpose, template,'
                " related_kind, related_id, body HAVING count(*) > 1) twice"
            ),
            "failed jobs": one("SELECT count(*) FROM procrastinate_jobs WHERE status = 'failed'"),
            "cases without owner or clock": one(
                "SELECT count(*) FROM cases_case WHERE subject LIKE 'case L%'"
                " AND (owner_id IS NULL OR next_due_at IS NULL)"
            ),
        }
        for what, count in held.items():
            good &= count == 0
            print(f"  {what}: {count}: {verdict(met=count == 0)}")
    return 0 if good else 1


def _rounds(worker: Worker, rounds: int, numbers: list[str], shared: list[int]) -> None:
    for turn in range(rounds):
        agent_round(worker, turn, numbers, shared)


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else 50, int(sys.argv[2]) if len(sys.argv) > 2 else 6))
