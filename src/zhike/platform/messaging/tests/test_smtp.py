"""Against a real mail server: what is known, and what is honestly unknown."""

import ssl
import subprocess
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from aiosmtpd.smtp import AuthResult, LoginPassword

from zhike.platform.messaging.settings import Security, Smtp
from zhike.platform.messaging.tests.factories import NOW, MailHandler, free_port, mail_server
from zhike.platform.messaging.transports.smtp import SmtpTransport
from zhike.platform.messaging.types import Accepted, Channel, Deferred, Envelope, Refused, Unknown

ID = UUID("6f1c8a0e-0000-4000-8000-000000000017")


def an_envelope(**more: Any) -> Envelope:
    given: dict[str, Any] = {
        "id": ID,
        "attempt": 1,
        "channel": Channel.EMAIL,
        "to": "chen@example.com",
        "subject": "派送通知 7304",
        "body": "您好，\n.一个点\n..两个点\n货物今天18:00前送达。",
        "created_at": NOW,
    }
    return Envelope(**{**given, **more})


def transport(port: int, **more: Any) -> SmtpTransport:
    given: dict[str, Any] = {
        "host": "127.0.0.1",
        "port": port,
        "security": Security.NONE,
        "user": "",
        "password": "",
        "sender": "知客 <service@example.org>",
        "seconds": 5,
    }
    return SmtpTransport(Smtp(**{**given, **more}))


def test_send__hands_the_mail_over_whole() -> None:
    handler = MailHandler()
    with mail_server(handler) as port:
        outcome = transport(port).send(an_envelope())

    [mail] = handler.mails()
    assert outcome == Accepted("accepted as 17")
    assert (mail["Subject"], mail["To"]) == ("派送通知 7304", "chen@example.com")
    assert (mail["From"], mail["Message-ID"]) == ("知客 <service@example.org>", f"<{ID}@example.org>")
    assert mail.get_content().replace("\r\n", "\n") == "您好，\n.一个点\n..两个点\n货物今天18:00前送达。\n"


def test_send__leading_dots_of_plain_text_survive() -> None:
    handler = MailHandler()
    with mail_server(handler) as port:
        transport(port).send(an_envelope(subject="plain", body="one\n.\n..two\nend"))

    assert handler.mails()[0].get_content().split() == ["one", ".", "..two", "end"]


@pytest.mark.parametrize(
    ("rcpt", "data", "outcome"),
    [
        ("550 no such user", "250 OK", Refused("550", "no such user")),
        ("451 come back later", "250 OK", Deferred("451", "come back later")),
        ("250 OK", "554 refused as spam", Refused("554", "refused as spam")),
        ("250 OK", "452 disk full", Deferred("452", "disk full")),
    ],
)
def test_send__definite_answers(rcpt: str, data: str, outcome: object) -> None:
    with mail_server(MailHandler(rcpt=rcpt, data=data)) as port:
        assert transport(port).send(an_envelope()) == outcome


def test_send__nobody_there_is_safe_to_repeat() -> None:
    outcome = transport(free_port()).send(an_envelope())

    assert isinstance(outcome, Deferred)
    assert outcome.code == "connect"


def test_send__no_answer_after_the_content_is_unknown() -> None:
    handler = MailHandler(wait=True)
    with mail_server(handler) as port:
        outcome = transport(port, seconds=1).send(an_envelope())

        assert isinstance(outcome, Unknown)
        assert (outcome.code, len(handler.received)) == ("no_answer", 1)


def test_send__an_address_that_no_mail_carries_is_refused() -> None:
    with mail_server(MailHandler()) as port:
        outcome = transport(port).send(an_envelope(subject="two\nlines"))

    assert isinstance(outcome, Refused)
    assert outcome.code == "malformed"


def test_send__addresses_in_other_scripts_need_a_server_that_takes_them() -> None:
    handler = MailHandler()
    with mail_server(handler, enable_SMTPUTF8=True) as port:
        assert isinstance(transport(port).send(an_envelope(to="陈静@example.com")), Accepted)
    with mail_server(MailHandler(), enable_SMTPUTF8=False) as port:
        assert transport(port).send(an_envelope(to="陈静@example.com")) == Refused(
            "smtputf8", "the mail server does not take addresses in other scripts"
        )
    assert handler.mails()[0]["To"] == "陈静@example.com"


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> ssl.SSLContext:
    folder: Path = tmp_path_factory.mktemp("tls")
    subprocess.run(  # noqa: S603
        [  # noqa: S607
            "openssl",
            "req",
            "-x509",
            "-newkey",
            "ec",
            "-pkeyopt",
            "ec_paramgen_curve:prime256v1",
            "-nodes",
            "-days",
            "2",
            "-subj",
            "/CN=localhost",
            "-keyout",
            str(folder / "key.pem"),
            "-out",
            str(folder / "certificate.pem"),
        ],
        check=True,
        capture_output=True,
    )
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(folder / "certificate.pem", folder / "key.pem")
    return context


def only_zhike(server: object, session: object, envelope: object, mechanism: str, given: object) -> AuthResult:
    known = isinstance(given, LoginPassword) and (given.login, given.password) == (b"zhike", b"secret")
    return AuthResult(success=known, handled=False)


def test_send__signs_in_over_starttls(certificate: ssl.SSLContext) -> None:
    handler = MailHandler()
    more = {"tls_context": certificate, "require_starttls": True, "authenticator": only_zhike, "auth_required": True}
    with mail_server(handler, **more) as port:
        protected = {"security": Security.STARTTLS, "user": "zhike"}
        refused = transport(port, password="wrong", **protected).send(an_envelope())
        accepted = transport(port, password="secret", **protected).send(an_envelope())

    assert isinstance(refused, Deferred)
    assert (refused.code, accepted) == ("535", Accepted("accepted as 17"))
    assert len(handler.received) == 1
