"""What is attached to an article: its size, its kind, who may open it, and what is left of it after an erasure."""

from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from zhike.platform import files, parameters
from zhike.platform.accounts.models import User
from zhike.platform.errors import Forbidden, Invalid
from zhike.platform.files import actions as file_actions
from zhike.record.organization import actions as organization_actions
from zhike.record.organization.tests import factories as organization
from zhike.service.knowledge import actions, queries
from zhike.service.knowledge.models import Article
from zhike.service.knowledge.policies import ATTACHMENT
from zhike.service.knowledge.tests.factories import NOW, SETUP, article, entry, writer

pytestmark = pytest.mark.django_db
PDF = b"%PDF-1.7\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF\n"


@pytest.fixture(autouse=True)
def var(settings: Settings, tmp_path: Path) -> Path:
    settings.VAR_DIR = tmp_path
    return tmp_path


def stored(content: bytes = PDF, name: str = "价目表.pdf") -> files.FileRef:
    return files.store(actor=writer(), content=content, filename=name, purpose=ATTACHMENT, now=NOW)


def client_of(role: str) -> Client:
    member = organization.staff(roles=(role,))
    opened = organization_actions.open_staff_account(
        actor=organization.SETUP,
        staff_id=member.pk,
        username=f"user{member.pk}",
        password="correct horse battery",
        now=organization.NOW,
    )
    client = Client()
    client.force_login(User.objects.get(pk=opened.user_id))
    return client


def form(**changes: Any) -> dict[str, Any]:
    return {"kind": "question", "title_zh-hans": "价目", "answer_zh-hans": "见附件。", **changes}


@pytest.mark.parametrize(
    ("content", "name"),
    [
        (b"MZ\x90\x00\x03" * 40, "setup.exe"),
        # By what it holds, not by what it is called.
        (b"MZ\x90\x00\x03" * 40, "价目表.pdf"),
        (b"PK\x03\x04" + b"\x00" * 60, "all.zip"),
        (b"", "leer.pdf"),
    ],
)
def test_attachment__of_another_kind_or_empty_is_refused(content: bytes, name: str) -> None:
    with pytest.raises(Invalid) as refused:
        stored(content, name)
    assert list(refused.value.fields) == ["file"]


def test_attachment__beyond_the_size_is_refused_and_up_to_it_kept() -> None:
    parameters.set_parameter(actor=SETUP, key="files.largest", value=1, reason="test", source="test", now=NOW)
    assert stored(PDF + b"\n" * (1_000_000 - len(PDF))).size == 1_000_000
    with pytest.raises(Invalid) as refused:
        stored(PDF + b"\n" * (1_000_001 - len(PDF)))
    assert list(refused.value.fields) == ["file"]


def test_attachment__needs_the_right_to_write_and_no_article_holds_more_than_ten() -> None:
    with pytest.raises(Forbidden):
        files.store(actor=organization.actor(), content=PDF, filename="a.pdf", purpose=ATTACHMENT, now=NOW)
    with pytest.raises(Invalid) as refused:
        actions.write_article(actor=writer(), entry=entry(file_ids=tuple(range(1, 12))), now=NOW)
    assert list(refused.value.fields) == ["files"]


def test_attachment__is_opened_by_whoever_reads_the_article_and_by_nobody_else() -> None:
    kept = stored()
    article(roles=("claims",), file_ids=(kept.id,))
    assert queries.visible_files(actor=organization.actor(roles=("claims",)), file_ids=[kept.id]) == {kept.id}
    assert queries.visible_files(actor=organization.actor(roles=("agent",)), file_ids=[kept.id]) == set()
    at = reverse("files:download", args=[kept.id])
    opened = client_of("claims").get(at)
    assert (opened.status_code, b"".join(opened)) == (200, PDF)
    assert client_of("agent").get(at).status_code == 404


def test_attachment__erased_leaves_its_place_and_no_content() -> None:
    kept = stored()
    row = article(file_ids=(kept.id,))
    reader = client_of("agent")
    page = reverse("knowledge:article", args=[row.pk])
    assert "价目表.pdf" in reader.get(page).content.decode()
    file_actions.erase_contents(actor=SETUP, file_ids=[kept.id], reason="个人信息", now=NOW)
    shown = reader.get(page)
    assert (shown.status_code, "价目表.pdf" in shown.content.decode()) == (200, False)
    assert reader.get(reverse("files:download", args=[kept.id])).status_code in {404, 410}
    assert Article.objects.get(pk=row.pk).files == [kept.id]


def test_attachment__taken_off_an_article_is_still_held_by_its_version() -> None:
    by, kept = writer(), stored()
    row = article(by, file_ids=(kept.id,))
    actions.write_article(actor=by, article_id=row.pk, entry=entry(file_ids=()), now=NOW)
    actions.decide_article(actor=SETUP, article_id=row.pk, version=2, approve=True, now=NOW)
    assert Article.objects.get(pk=row.pk).files == []
    assert queries.held_files([kept.id]) == {kept.id}


def test_page__an_unfit_attachment_keeps_what_was_typed() -> None:
    client = client_of("quality")
    bad = SimpleUploadedFile("setup.exe", b"MZ\x90\x00\x03" * 40)
    answer = client.post(reverse("knowledge:new"), form(attachments=bad))
    assert (answer.status_code, "见附件。" in answer.content.decode(), Article.objects.count()) == (422, True, 0)
    good = SimpleUploadedFile("价目表.pdf", PDF)
    answer = client.post(reverse("knowledge:new"), form(attachments=good))
    assert (answer.status_code, len(Article.objects.get().files)) == (302, 1)
