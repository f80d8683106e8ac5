"""An upgrade that brings rooms gives the ready-made roles their rights, and keeps what people made of the roles."""

import pytest

from zhike.platform.authz import rights
from zhike.platform.ops.upgrades import run_upgrades
from zhike.record.organization import actions
from zhike.record.organization.models import Role
from zhike.record.organization.tests.factories import NOW, SETUP

pytestmark = pytest.mark.django_db


def test_upgrade__gives_the_rights_of_a_new_room_and_leaves_what_was_taken_away() -> None:
    Role.objects.all().delete()
    actions.ensure_default_roles(actor=SETUP, now=NOW)
    mine = sorted(right.code for right in rights().values() if "agent" in right.default_roles)
    taken, new = mine[0], mine[-1]
    for role in Role.objects.all():
        role.rights = [code for code in role.rights if code != new and not (role.code == "agent" and code == taken)]
        role.known_rights = [code for code in role.known_rights if code != new]
        role.save(update_fields=["rights", "known_rights"])

    run_upgrades(NOW)

    assert sorted(Role.objects.get(code="agent").rights) == mine[1:]
    assert actions.give_new_rights(actor=SETUP, now=NOW) is False


def test_upgrade__does_nothing_before_there_is_a_company() -> None:
    Role.objects.all().delete()
    run_upgrades(NOW)
    assert Role.objects.count() == 0
