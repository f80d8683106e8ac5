"""Every address of the house with who may open it: said above our views, listed here for what is not ours."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

from django.urls import URLPattern, URLResolver, get_resolver, reverse
from django.urls.converters import get_converters

from zhike.platform.ui.access import Access, Door, access_of

_SIGN_IN: Final = Access(Door.PUBLIC, reason="signing in; django-allauth asks and limits")
_OWN_ACCOUNT: Final = Access(Door.SIGNED_IN)

# Views of packages: they cannot carry a decorator of ours. Anything else that is missing here fails the test.
OUTSIDE: Final[Mapping[str, Access]] = {
    "account_login": _SIGN_IN,
    "account_logout": _SIGN_IN,
    "account_inactive": _SIGN_IN,
    "account_signup": Access(Door.PUBLIC, reason="says that accounts are opened by administrators"),
    "account_reauthenticate": _OWN_ACCOUNT,
    "account_email": _OWN_ACCOUNT,
    "account_email_verification_sent": _SIGN_IN,
    "account_change_password": _OWN_ACCOUNT,
    "account_set_password": _OWN_ACCOUNT,
    "account_reset_password": _SIGN_IN,
    "account_reset_password_done": _SIGN_IN,
    "account_reset_password_from_key": Access(Door.PUBLIC, reason="the key came by mail"),
    "account_reset_password_from_key_done": _SIGN_IN,
    "account_confirm_login_code": _SIGN_IN,
    "account_confirm_email": Access(Door.PUBLIC, reason="the key came by mail"),
    "mfa_index": _OWN_ACCOUNT,
    "mfa_authenticate": _SIGN_IN,
    "mfa_reauthenticate": _OWN_ACCOUNT,
    "mfa_activate_totp": _OWN_ACCOUNT,
    "mfa_deactivate_totp": _OWN_ACCOUNT,
    "mfa_view_recovery_codes": _OWN_ACCOUNT,
    "mfa_generate_recovery_codes": _OWN_ACCOUNT,
    "mfa_download_recovery_codes": _OWN_ACCOUNT,
    "socialaccount_login_cancelled": _SIGN_IN,
    "socialaccount_login_error": _SIGN_IN,
    "socialaccount_signup": _SIGN_IN,
    "socialaccount_connections": _OWN_ACCOUNT,
    "openid_connect_login": _SIGN_IN,
    "openid_connect_callback": _SIGN_IN,
    "/sign-in/social/login/cancelled/": _SIGN_IN,
    "/sign-in/social/login/error/": _SIGN_IN,
    "/sign-in/social/signup/": _SIGN_IN,
    "/sign-in/social/connections/": _SIGN_IN,
    "django_prometheus:prometheus-django-metrics": Access(Door.PUBLIC, reason="figures of the machine; kept inside"),
    "prometheus-django-metrics": Access(Door.PUBLIC, reason="figures of the machine; kept inside"),
}
# The API answers for itself: every operation of its description is tried below.
API: Final = "api:api:"
_SAMPLES: Final[Mapping[str, object]] = {
    "int": 1,
    "str": "x",
    "slug": "x",
    "uuid": "00000000-0000-4000-8000-000000000000",
    "path": "x/y",
}


@dataclass(frozen=True, slots=True)
class Address:
    """`name` with its namespaces, or the path itself where a pattern has no name."""

    name: str
    path: str
    access: Access | None
    arguments: Mapping[str, object] = field(default_factory=dict)


def addresses() -> list[Address]:
    return sorted(_walk(get_resolver(), "", "/", {}), key=lambda address: address.name)


def _walk(resolver: URLResolver, namespace: str, prefix: str, given: dict[str, object]) -> Iterator[Address]:
    for entry in resolver.url_patterns:
        arguments = {**given, **_arguments(entry)}
        if isinstance(entry, URLResolver):
            inner = f"{namespace}{entry.namespace}:" if entry.namespace else namespace
            yield from _walk(entry, inner, f"{prefix}{entry.pattern}", arguments)
        elif not namespace.startswith(API):
            yield _address(entry, namespace, prefix, arguments)


def _address(entry: URLPattern, namespace: str, prefix: str, arguments: dict[str, object]) -> Address:
    if entry.name is None:
        name = path = f"{prefix}{entry.pattern}"
    else:
        name = f"{namespace}{entry.name}"
        path = reverse(name, kwargs=arguments)
    return Address(name, path, access_of(entry.callback) or OUTSIDE.get(name), arguments)


def _arguments(entry: URLPattern | URLResolver) -> dict[str, object]:
    """A value of the right kind for each part of the address; none of them names a row."""
    kinds = {type(converter): kind for kind, converter in get_converters().items()}
    given = {name: _SAMPLES[kinds[type(found)]] for name, found in entry.pattern.converters.items()}
    regex = getattr(entry.pattern, "regex", None)
    return given or dict.fromkeys(regex.groupindex if regex else (), "1")
