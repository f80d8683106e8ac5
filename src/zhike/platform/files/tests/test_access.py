"""Who sees a stored file, and in what form it leaves."""

import pytest
from django.http import Http404
from django.test import RequestFactory

from zhike.platform import files
from zhike.platform.actors import Actor, public_actor
from zhike.platform.errors import NotFound
from zhike.platform.files import pages, queries, storage
from zhike.platform.files.models import StoredFile
from zhike.platform.files.tests.factories import NOW, Album, make_actor, make_file, make_image

pytestmark = pytest.mark.django_db


def test_get_file__through_the_record_that_holds_it(album: Album) -> None:
    ref = make_file(actor=make_actor("3"))
    album.held = {ref.id}

    assert queries.get_file(actor=make_actor("7"), file_id=ref.id) == ref
    for stranger in (make_actor("3"), make_actor("8"), public_actor()):
        with pytest.raises(NotFound):
            queries.get_file(actor=stranger, file_id=ref.id)


def test_get_file__the_uploader_sees_what_nothing_holds_yet(album: Album) -> None:
    ref = make_file(actor=make_actor("3"))

    assert queries.get_file(actor=make_actor("3"), file_id=ref.id) == ref
    with pytest.raises(NotFound):
        queries.get_file(actor=make_actor("7"), file_id=ref.id)


def test_list_files__keeps_order_and_drops_the_unseen(album: Album) -> None:
    first, second, other = make_file(), make_file(make_image("PNG")), make_file(make_image("GIF"))
    album.held = {first.id, second.id}

    assert files.list_files(actor=make_actor(), file_ids=[second.id, other.id, first.id]) == [second, first]


def ask(actor: Actor, file_id: int, **headers: str) -> object:
    request = RequestFactory().get(f"/files/{file_id}/", headers=headers)
    request.actor = actor  # type: ignore[attr-defined]
    return pages.download(request, file_id)


def test_download__leaves_as_an_attachment_that_nothing_runs(album: Album) -> None:
    content = make_image()
    ref = make_file(content)
    album.held = {ref.id}

    response = ask(make_actor(), ref.id)

    assert b"".join(response.streaming_content) == content  # type: ignore[attr-defined]
    response.close()  # type: ignore[attr-defined]
    headers = response.headers  # type: ignore[attr-defined]
    assert headers["Content-Type"] == "image/jpeg"
    assert headers["Content-Disposition"] == "attachment; filename*=utf-8''%E7%AD%BE%E6%94%B6.jpg"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert headers["Cache-Control"] == "private, no-cache"
    assert headers["Content-Length"] == str(len(content))


def test_download__asks_again_but_sends_once(album: Album) -> None:
    ref = make_file()
    album.held = {ref.id}

    assert ask(make_actor(), ref.id, if_none_match=f'"{ref.sha256}"').status_code == 304  # type: ignore[attr-defined]
    with pytest.raises(NotFound):
        ask(make_actor("8"), ref.id, if_none_match=f'"{ref.sha256}"')


def test_download__what_is_missing_or_erased_is_not_found(album: Album) -> None:
    ref, erased = make_file(), make_file(make_image("PNG"))
    album.held = {ref.id, erased.id}
    storage.remove(ref.sha256)
    StoredFile.objects.filter(pk=erased.id).update(erased_at=NOW, name="")

    for file_id in (ref.id, erased.id):
        with pytest.raises(Http404):
            ask(make_actor(), file_id)
