import socket

import pytest

from zhike.platform.ops import serve
from zhike.platform.ops.serve import Address, CannotServe


@pytest.fixture
def free() -> Address:
    """A port that is free with the three after it."""
    while True:
        with socket.socket() as first:
            first.bind(("127.0.0.1", 0))
            address = Address("127.0.0.1", first.getsockname()[1])
        try:
            for step in range(4):
                with socket.socket() as probe:
                    probe.bind(("127.0.0.1", address.port + step))
        except (OSError, OverflowError):
            continue
        return address


@pytest.mark.parametrize(("step", "what"), [(2, "mail to us (SMTP)"), (3, "mailboxes (IMAP)")])
def test_ports__of_the_demonstrations_mail_are_named_before_anything_starts(
    free: Address, monkeypatch: pytest.MonkeyPatch, step: int, what: str
) -> None:
    monkeypatch.setattr(serve, "_has_mail_server", lambda: True)
    serve._check_ports(free, demo=True)
    with socket.socket() as other:
        other.bind(("127.0.0.1", free.port + step))
        other.listen()
        with pytest.raises(CannotServe) as refused:
            serve._check_ports(free, demo=True)
        # Without the demonstration nothing listens there.
        serve._check_ports(free)
    said = str(refused.value)
    assert f"Port {free.port + step} of 127.0.0.1, needed for the demonstration's {what}, cannot be used" in said
    assert said.endswith(f"make demo PORT={free.port + 100}")


def test_ports__beyond_the_last_one_are_refused_in_words(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(serve, "_has_mail_server", lambda: True)
    with pytest.raises(CannotServe, match="Port 65536"):
        serve._check_ports(Address("127.0.0.1", 65536))
