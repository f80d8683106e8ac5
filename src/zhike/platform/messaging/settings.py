"""How the outside is reached: places and forms are parameters, passwords come from the environment."""

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from urllib.parse import urlsplit

from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from zhike.platform import parameters

LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
_SMTP_SOURCE = "RFC 5321, RFC 8314"
_SMS_SOURCE = gettext_noop("the provider's own documentation")


class Security(StrEnum):
    NONE = "none"
    STARTTLS = "starttls"
    TLS = "tls"


class NotConfigured(ValueError):  # as in errors.py: named after what happened
    """The settings of a channel do not say how to reach it."""


SMTP_HOST = parameters.Parameter(
    key="messaging.smtp_host", label=_("Mail server"), kind=str, default="localhost", source=_SMTP_SOURCE
)
SMTP_PORT = parameters.Parameter(
    key="messaging.smtp_port",
    label=_("Port of the mail server"),
    kind=int,
    default=25,
    minimum=1,
    maximum=65_535,
    source=_SMTP_SOURCE,
)
SMTP_SECURITY = parameters.Parameter(
    key="messaging.smtp_security",
    label=_("Protection of the way to the mail server"),
    kind=Security,
    default=Security.NONE,
    choices={Security.NONE: _("none"), Security.STARTTLS: "STARTTLS", Security.TLS: "TLS"},
    source=_SMTP_SOURCE,
)
SMTP_USER = parameters.Parameter(
    key="messaging.smtp_user",
    label=_("User at the mail server"),
    description=_("The password stands in the environment as ZHIKE_SMTP_PASSWORD."),
    kind=str,
    default="",
    source=_SMTP_SOURCE,
)
SMTP_SENDER = parameters.Parameter(
    key="messaging.sender",
    label=_("Sender of e-mail"),
    description=_("An address, with or without a name: Service desk <service@example.com>"),
    kind=str,
    default="Zhike <zhike@localhost>",
    source=_SMTP_SOURCE,
)
REPLY_TO = parameters.Parameter(
    key="messaging.reply_to",
    label=_("Address to which answers to e-mail go"),
    description=_(
        "Empty: the sender. {token} stands for the case, where the server takes additions: service+{token}@example.com"
    ),
    kind=str,
    default="",
    source=_SMTP_SOURCE,
)
SMTP_SECONDS = parameters.Parameter(
    key="messaging.smtp_seconds",
    label=_("Longest wait for the mail server"),
    kind=int,
    default=30,
    minimum=1,
    maximum=300,
    unit=_("seconds"),
    source=_SMTP_SOURCE,
)
SMS_URL = parameters.Parameter(
    key="messaging.sms_url",
    label=_("Address of the SMS provider"),
    description=_("Only this machine, or a host that the environment names in ZHIKE_SMS_HOSTS, is asked."),
    kind=str,
    default="",
    source=_SMS_SOURCE,
)
SMS_HEADERS = parameters.Parameter(
    key="messaging.sms_headers",
    label=_("Headers sent to the SMS provider"),
    description=_("JSON. {secret} stands for ZHIKE_SMS_SECRET of the environment."),
    kind=str,
    default='{"Authorization": "Bearer {secret}"}',
    source=_SMS_SOURCE,
)
SMS_BODY = parameters.Parameter(
    key="messaging.sms_body",
    label=_("What is sent to the SMS provider"),
    description=_("JSON. {id}, {to}, {text} and {secret} are filled in."),
    kind=str,
    default='{"id": "{id}", "to": "{to}", "text": "{text}"}',
    source=_SMS_SOURCE,
)
SMS_ID_PATH = parameters.Parameter(
    key="messaging.sms_id_path",
    label=_("Where the provider's answer holds its number"),
    description=_("Names and positions with dots, e.g. data.0.id; empty when it gives none."),
    kind=str,
    default="id",
    source=_SMS_SOURCE,
)
SMS_OK = parameters.Parameter(
    key="messaging.sms_ok",
    label=_("What the provider's answer holds when it accepts"),
    description=_("path=value, e.g. code=0, for providers that also refuse with HTTP status 200; else empty."),
    kind=str,
    default="",
    source=_SMS_SOURCE,
)
SMS_SECONDS = parameters.Parameter(
    key="messaging.sms_seconds",
    label=_("Longest wait for the SMS provider"),
    kind=int,
    default=20,
    minimum=1,
    maximum=300,
    unit=_("seconds"),
    source=_SMS_SOURCE,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Smtp:
    host: str
    port: int
    security: Security
    user: str
    password: str
    sender: str
    seconds: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SmsHttp:
    url: str
    headers: Mapping[str, str]
    body: object
    secret: str
    id_path: str
    ok: str
    seconds: int


def smtp(*, now: datetime) -> Smtp:
    found = Smtp(
        host=parameters.value(SMTP_HOST, at=now),
        port=parameters.value(SMTP_PORT, at=now),
        security=parameters.value(SMTP_SECURITY, at=now),
        user=parameters.value(SMTP_USER, at=now),
        password=os.environ.get("ZHIKE_SMTP_PASSWORD", ""),
        sender=parameters.value(SMTP_SENDER, at=now),
        seconds=parameters.value(SMTP_SECONDS, at=now),
    )
    if found.user and found.security is Security.NONE and found.host not in LOOPBACK:
        message = "a password never travels unprotected: choose STARTTLS or TLS"
        raise NotConfigured(message)
    return found


def sms_http(*, now: datetime) -> SmsHttp:
    url = parameters.value(SMS_URL, at=now)
    _check_host(url)
    return SmsHttp(
        url=url,
        headers=_object(parameters.value(SMS_HEADERS, at=now), "messaging.sms_headers"),
        body=_json(parameters.value(SMS_BODY, at=now), "messaging.sms_body"),
        secret=os.environ.get("ZHIKE_SMS_SECRET", ""),
        id_path=parameters.value(SMS_ID_PATH, at=now),
        ok=parameters.value(SMS_OK, at=now),
        seconds=parameters.value(SMS_SECONDS, at=now),
    )


def _check_host(url: str) -> None:
    """Who may change a parameter may not thereby send customers' numbers and our secret to any machine."""
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
    except ValueError:
        host = ""
        parts = urlsplit("")
    if not host:
        message = "messaging.sms_url names no address"
        raise NotConfigured(message)
    allowed = {name.strip().lower() for name in os.environ.get("ZHIKE_SMS_HOSTS", "").split(",") if name.strip()}
    if host not in LOOPBACK and not (host in allowed and parts.scheme == "https"):
        message = f"{host} is not among the hosts of ZHIKE_SMS_HOSTS, or the address does not begin with https"
        raise NotConfigured(message)


def _json(text: str, key: str) -> object:
    try:
        return json.loads(text)
    except ValueError as error:
        message = f"{key} is not JSON: {error}"
        raise NotConfigured(message) from error


def _object(text: str, key: str) -> Mapping[str, str]:
    found = _json(text or "{}", key)
    if not isinstance(found, dict):
        message = f"{key} is not a JSON object"
        raise NotConfigured(message)
    return {str(name): str(value) for name, value in found.items()}
