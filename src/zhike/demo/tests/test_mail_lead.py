"""The demonstration's mail is led to its own servers at every start, not only at the first."""

import pytest
from django.core.management import call_command

from zhike.demo.build import ACTOR
from zhike.doors.connectors.mail import queries
from zhike.platform import clock, parameters

pytestmark = pytest.mark.django_db


def test_a_second_start_finds_it_set_and_another_port_is_taken_over() -> None:
    port = parameters.registered()["messaging.smtp_port"]
    for smtp, imap in ((8002, 8003), (8002, 8003), (8732, 8733)):
        call_command("demo_mail", smtp, imap)
        assert parameters.value(port, at=clock.now()) == smtp
        assert [row.port for row in queries.mailboxes(actor=ACTOR)] == [imap]
