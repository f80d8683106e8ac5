"""What the walks at the desk share: one browser, and one site on the small demonstration company."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from pytest_django.plugin import DjangoDbBlocker

from tests.harness import databases
from tests.harness.browsers import Browsing, browsing
from tests.harness.companies import small_company
from zhike.demo.build import ACTOR, PASSWORD
from zhike.insight.lake import actions as lake
from zhike.platform import clock, parameters

MINUTE = timedelta(minutes=1)


@pytest.fixture(scope="session")
def desk(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[Browsing]:
    """The company's site with its figures; sign-ins have the names of the roles.

    One for all modules, for a site takes long to start: a test changes only what it made itself. No hour is quiet
    there: what is told to a customer leaves by night too.
    """
    with django_db_blocker.unblock(), databases.cloned(small_company()):
        for key in ("contacting.quiet_from", "contacting.quiet_until"):
            parameters.set_parameter(
                actor=ACTOR, key=key, value=timedelta(0), reason="tests", source="tests", now=clock.now() - MINUTE
            )
        lake.refresh_all(actor=ACTOR, now=clock.now())
        with browsing(password=PASSWORD) as opened:
            yield opened
