import pytest

from tools.lint import actions
from tools.lint.tests.conftest import Find

ROOM = "src/zhike/record/cases/"
GOOD = """\
from zhike.platform import audit
from zhike.platform.actions import action
from zhike.platform.authz import authorize

@action
def close_case(*, actor: Actor, case_id: int, now: datetime) -> None:
    case = _locked(case_id)
    authorize(actor, CLOSE)
    case.save()
    audit.record(actor, CaseClosed(), now=now)

def _locked(case_id):
    return Case.objects.get(pk=case_id)
"""


def test_actions__a_whole_action_passes(find: Find) -> None:
    assert find(actions, {f"{ROOM}actions.py": GOOD}) == []


@pytest.mark.parametrize(
    ("old", "new", "found"),
    [
        ("@action\n", "\n", [("action-signature", 6)]),
        ("*, actor: Actor", "actor: Actor, *", [("action-signature", 6), ("action-signature", 6)]),
        ("actor: Actor,", "actor: Actor | None = None,", [("action-signature", 6)]),
        (", now: datetime", "", [("action-signature", 6)]),
        ("    authorize(actor, CLOSE)\n", "", [("action-authorizes", 6)]),
        ("    audit.record(actor, CaseClosed(), now=now)\n", "", [("action-authorizes", 6)]),
        ("case = _locked(case_id)", "Case.objects.filter(pk=1).update(a=1)", [("action-order", 7)]),
        ("case = _locked(case_id)", "known.update(a=1)", []),
    ],
)
def test_actions__each_duty_is_asked_for(find: Find, old: str, new: str, found: list[tuple[str, int]]) -> None:
    assert old in GOOD
    assert find(actions, {f"{ROOM}actions.py": GOOD.replace(old, new)}) == found


def test_actions__helpers_of_the_room_count(find: Find) -> None:
    closing = GOOD.replace("    authorize(actor, CLOSE)\n", "    checks.may_close(actor)\n")
    files = {
        f"{ROOM}actions/__init__.py": "from zhike.record.cases.actions.closing import close_case\n",
        f"{ROOM}actions/closing.py": f"from zhike.record.cases import checks\n{closing}",
        f"{ROOM}checks.py": "def may_close(actor):\n    authorize(actor, CLOSE)\n",
    }

    assert find(actions, files) == []


def test_actions__an_action_may_leave_both_duties_to_another(find: Find) -> None:
    files = {
        "src/zhike/record/cases/actions/__init__.py": "from zhike.record.cases.actions.closing import close_case\n",
        "src/zhike/record/cases/actions/closing.py": GOOD,
        "src/zhike/service/claims/actions.py": (
            "from zhike.platform.actions import action\n"
            "from zhike.record.cases import actions as cases\n\n"
            "@action\n"
            "def settle_claim(*, actor: Actor, now: datetime) -> None:\n"
            "    cases.close_case(actor=actor, case_id=1, now=now)\n"
        ),
    }

    assert find(actions, files) == []


def test_actions__helpers_in_a_package_are_free_until_somebody_outside_imports_them(find: Find) -> None:
    files = {
        f"{ROOM}actions/__init__.py": "",
        f"{ROOM}actions/locks.py": "def locked_case(actor, pk):\n    return None\n",
        f"{ROOM}actions/closing.py": "from zhike.record.cases.actions.locks import locked_case\n",
    }
    outside = {"src/zhike/service/claims/tasks.py": "from zhike.record.cases.actions.locks import locked_case\n"}

    assert find(actions, files) == []
    assert ("action-signature", 1) in find(actions, files | outside)


def test_actions__the_platform_is_asked_only_where_it_says_action(find: Find) -> None:
    files = {"src/zhike/platform/numbering/actions.py": "def take(series, count):\n    return []\n"}

    assert find(actions, files) == []
