import pytest

from tools.lint import queries
from tools.lint.tests.conftest import Find

ROOM = "src/zhike/record/cases/"


@pytest.mark.parametrize(
    "body",
    [
        "return list(Case.objects.scoped(actor))",
        "return list(Case.objects.filter(scope(actor)))",
        "return list(Case.objects.filter(case_scope(actor)))",
        "return Case.objects.filter(actor.reach.q())",
        "return Case.objects.filter(owner_id=actor.staff_id)",
        "return _rows(actor)",
        "return customers.list_customers(actor=actor)",
        "return [source.entries(actor=actor) for source in sources()]",
    ],
)
def test_queries__what_restricts_by_the_actor_passes(find: Find, body: str) -> None:
    text = (
        "from zhike.record.customers import queries as customers\n\n"
        f"def list_cases(*, actor: Actor) -> list[Case]:\n    {body}\n\n"
        "def _rows(actor):\n    authorize(actor, SEE)\n"
    )

    assert find(queries, {f"{ROOM}queries.py": text}) == []


@pytest.mark.parametrize(
    ("signature", "found"),
    [
        ("*, actor: Actor", [("query-scope", 1)]),
        ("*, text: str", [("query-actor", 1)]),
        ("*, actor: Actor | None = None", [("query-actor", 1)]),
        ("case: Case", []),
    ],
)
def test_queries__a_public_query_takes_and_uses_its_actor(
    find: Find, signature: str, found: list[tuple[str, int]]
) -> None:
    text = f"def list_cases({signature}) -> list[Case]:\n    log(actor)\n    return list(Case.objects.all())\n"

    assert find(queries, {f"{ROOM}queries.py": text}) == found


def test_queries__a_helper_becomes_public_when_somebody_outside_imports_it(find: Find) -> None:
    files = {
        f"{ROOM}queries.py": "def summary(case: Case) -> str:\n    return case.name\n",
        "src/zhike/doors/desk/pages.py": "from zhike.record.cases.queries import summary\n",
    }

    assert find(queries, files) == [("query-actor", 1)]


def test_queries__a_package_shows_what_it_exports(find: Find) -> None:
    files = {
        f"{ROOM}queries/__init__.py": "from zhike.record.cases.queries.lists import list_cases\n",
        f"{ROOM}queries/lists.py": "def list_cases(*, actor: Actor):\n    return 1\n\ndef rows(*, x):\n    return 2\n",
    }

    assert find(queries, files) == [("query-scope", 1)]
