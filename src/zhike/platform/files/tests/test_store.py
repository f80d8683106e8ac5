"""Taking files in: what is kept, what is refused and what is left after a rollback."""

import errno
import hashlib
import io
import os
import stat
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction
from django.utils import translation

from zhike.platform import files, parameters
from zhike.platform.audit.models import AuditEntry
from zhike.platform.errors import Forbidden, Invalid, NotFound
from zhike.platform.files import actions, queries, storage
from zhike.platform.files.models import StoredFile
from zhike.platform.files.tests.factories import (
    NOW,
    PICTURES,
    TRIAL,
    Album,
    make_actor,
    make_file,
    make_image,
)

pytestmark = pytest.mark.django_db
MANAGER = make_actor("1", rights=["files.manage"])


def test_store__keeps_the_content_under_its_hash(var: Path) -> None:
    content = make_image()

    ref = make_file(content)

    sha256 = hashlib.sha256(content).hexdigest()
    assert (ref.sha256, ref.size, ref.media_type, ref.name) == (sha256, len(content), "image/jpeg", "签收.jpg")
    with files.open(sha256) as stored:
        assert stored.read() == content
    path = var / "files" / sha256[:2] / sha256[2:4] / sha256
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert list((var / "files" / "incoming").iterdir()) == []


def test_store__records_who_and_keeps_the_name_apart() -> None:
    ref = make_file()

    entry = AuditEntry.objects.get(type="files.stored")
    assert (entry.subject_id, entry.actor_id, entry.changes["after"]["size"]) == (str(ref.id), "7", ref.size)
    assert entry.personal == {"after": {"name": "签收.jpg"}}


@pytest.mark.parametrize(
    "content",
    [
        make_image(),
        io.BytesIO(make_image()),
        [make_image()[:10], make_image()[10:]],
        SimpleUploadedFile("a.jpg", make_image()),
    ],
)
def test_store__takes_every_form_of_stream(content: object) -> None:
    ref = files.store(actor=make_actor(), content=content, filename="a.jpg", purpose=TRIAL, now=NOW)  # type: ignore[arg-type]

    assert ref.sha256 == hashlib.sha256(make_image()).hexdigest()


def test_store__equal_contents_lie_there_once(var: Path) -> None:
    first, second = make_file(filename="a.jpg"), make_file(filename="b.jpg")

    assert first.id != second.id
    assert first.sha256 == second.sha256
    assert len([path for path in (var / "files").rglob("*") if path.is_file()]) == 1


@pytest.mark.parametrize(
    ("content", "code"),
    [(b"", "empty"), (b"MZ\x90\x00" + b"\x00" * 50, "type"), (make_image("PNG", size=64)[:-30], "broken")],
)
def test_store__refuses_and_keeps_nothing(content: bytes, code: str, var: Path) -> None:
    with pytest.raises(Invalid) as refused:
        files.store(actor=make_actor(), content=content, filename="x.jpg", purpose=PICTURES, now=NOW)

    assert [error.code for error in refused.value.fields["file"]] == [code]
    assert "x.jpg" in refused.value.fields["file"][0].text()
    assert StoredFile.objects.count() == 0
    assert [path for path in (var / "files").rglob("*") if path.is_file()] == []


def test_store__names_the_kinds_that_are_taken() -> None:
    with pytest.raises(Invalid) as refused:
        files.store(actor=make_actor(), content=b"plain words", filename="x.txt", purpose=PICTURES, now=NOW)

    assert "GIF, JPEG, PNG, WebP" in refused.value.fields["file"][0].text()
    with translation.override("en"):
        assert str(refused.value.kept).startswith("Nothing of this file was kept")


def test_store__stops_reading_at_the_limit(var: Path) -> None:
    parameters.set_parameter(
        actor=make_actor(rights=["parameters.change"]),
        key="files.largest",
        value=1,
        reason="test",
        source="test",
        now=NOW,
    )
    read = 0

    def endless() -> object:
        nonlocal read
        while True:
            read += 1
            yield b"x" * 300_000

    with pytest.raises(Invalid) as refused:
        files.store(actor=make_actor(), content=endless(), filename="big.txt", purpose=TRIAL, now=NOW)  # type: ignore[arg-type]

    assert [error.code for error in refused.value.fields["file"]] == ["too_large"]
    assert read == 4
    assert [path for path in (var / "files").rglob("*") if path.is_file()] == []


def test_store__needs_the_right_of_the_purpose(var: Path) -> None:
    with pytest.raises(Forbidden):
        files.store(actor=make_actor(rights=[]), content=make_image(), filename="a.jpg", purpose=TRIAL, now=NOW)

    assert StoredFile.objects.count() == 0
    assert not (var / "files").exists()


def test_store__a_full_disk_is_said_plainly(var: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(handle: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)

    with pytest.raises(storage.StorageFull):
        make_file()
    assert StoredFile.objects.count() == 0
    assert [path for path in (var / "files").rglob("*") if path.is_file()] == []


def test_store__is_durable_before_the_row_is_written(monkeypatch: pytest.MonkeyPatch) -> None:
    synced: list[str] = []
    real = os.fsync

    def watch(handle: int) -> None:
        synced.append(Path(f"/proc/self/fd/{handle}").readlink().name)
        assert StoredFile.objects.count() == 0
        real(handle)

    monkeypatch.setattr(os, "fsync", watch)
    ref = make_file()

    # The content itself, then the folder that names it.
    assert len(synced[-2]) == 2
    assert synced[-1] == ref.sha256[2:4]


def test_store__after_a_rollback_only_garbage_is_left(var: Path) -> None:
    with transaction.atomic():
        ref = make_file()
        transaction.set_rollback(True)

    assert StoredFile.objects.count() == 0
    later = NOW + timedelta(days=100_000)
    assert queries.survey(actor=MANAGER, now=later).strays == ((ref.sha256, ref.size),)
    assert actions.remove_if_unknown(ref.sha256)
    assert queries.survey(actor=MANAGER, now=later).strays == ()


def test_remove_if_unknown__leaves_what_a_row_has() -> None:
    ref = make_file()

    assert not actions.remove_if_unknown(ref.sha256)
    with files.open(ref.sha256) as stored:
        assert len(stored.read()) == ref.size


def test_survey__finds_damage_and_unused_rows(album: Album) -> None:
    held, unused, gone = make_file(), make_file(make_image("PNG")), make_file(make_image("GIF"))
    album.held = {held.id, gone.id}
    storage.remove(gone.sha256)

    found = queries.survey(actor=MANAGER, now=NOW + timedelta(days=8))

    assert [ref.id for ref in found.missing] == [gone.id]
    assert [ref.id for ref in found.unused] == [unused.id]


def test_survey__needs_the_right() -> None:
    with pytest.raises(Forbidden):
        queries.survey(actor=make_actor(), now=NOW)


def test_remove_unused__only_what_nothing_holds(album: Album) -> None:
    held, unused = make_file(), make_file(make_image("PNG"))
    album.held = {held.id}

    with pytest.raises(NotFound):
        actions.remove_unused(actor=MANAGER, file_ids=[held.id, unused.id], now=NOW)
    assert StoredFile.objects.count() == 2

    assert actions.remove_unused(actor=MANAGER, file_ids=[unused.id], now=NOW) == 1
    assert list(StoredFile.objects.values_list("pk", flat=True)) == [held.id]


def test_erase_contents__destroys_content_and_name(django_capture_on_commit_callbacks: object, album: Album) -> None:
    ref, twin = make_file(), make_file()

    with django_capture_on_commit_callbacks(execute=True):  # type: ignore[operator]
        actions.erase_contents(actor=MANAGER, file_ids=[ref.id], reason="asked", now=NOW)
    assert (StoredFile.objects.get(pk=ref.id).name, storage.path_of(ref.sha256).exists()) == ("", True)

    with django_capture_on_commit_callbacks(execute=True):  # type: ignore[operator]
        actions.erase_contents(actor=MANAGER, file_ids=[twin.id], reason="asked", now=NOW)
    assert not storage.path_of(ref.sha256).exists()
    assert queries.survey(actor=MANAGER, now=NOW).missing == ()


def test_forget_names__leaves_the_contents() -> None:
    ref = make_file()

    assert actions.forget_names(actor=MANAGER, file_ids=[ref.id], now=NOW) == 1
    assert StoredFile.objects.get().name == ""
    assert storage.path_of(ref.sha256).exists()


@pytest.mark.parametrize("name", ["erase_contents", "forget_names", "remove_unused"])
def test_management__needs_the_right(name: str) -> None:
    ref = make_file()
    more = {"reason": "asked"} if name == "erase_contents" else {}

    with pytest.raises(Forbidden):
        getattr(actions, name)(actor=make_actor(), file_ids=[ref.id], now=NOW, **more)

    assert StoredFile.objects.get().name == "签收.jpg"


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("C:\\照片\\签收.jpg", "签收.jpg"),
        ("../../etc/passwd", "passwd"),
        ("a\r\nb\x00\u202e.pdf", "ab.pdf"),
        (" .. ", "file"),
        ("", "file"),
        ("长" * 300 + ".jpeg", "长" * 195 + ".jpeg"),
    ],
)
def test_clean_name__is_one_harmless_name(given: str, kept: str) -> None:
    assert actions.clean_name(given) == kept


def test_path_of__takes_nothing_but_a_hash() -> None:
    with pytest.raises(ValueError, match="not a SHA-256"):
        storage.path_of("../../secrets.json")


@pytest.mark.parametrize(
    ("constraint", "more"),
    [
        ("file_sha256_form", {"sha256": "x"}),
        ("file_not_empty", {"size": 0}),
        ("file_kind_known", {"media_type": ""}),
        ("file_kind_known", {"purpose": ""}),
        ("file_erased_has_no_name", {"erased_at": NOW}),
    ],
)
def test_stored_file__constraints(constraint: str, more: dict[str, object]) -> None:
    given: dict[str, object] = {
        "sha256": "0" * 64,
        "size": 1,
        "media_type": "text/plain",
        "name": "a",
        "purpose": "files.trial",
        "actor_kind": "staff",
        "actor_id": "7",
        "at": NOW,
    }

    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        StoredFile.objects.create(**{**given, **more})
