from pathlib import Path

import pytest

from zhike.platform.files import detect
from zhike.platform.files.tests.factories import make_image, make_zip

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
UNKNOWN = "application/octet-stream"


@pytest.mark.parametrize(
    ("content", "name", "kind"),
    [
        (make_image("JPEG"), "a.txt", "image/jpeg"),
        (make_image("PNG"), "a.jpg", "image/png"),
        (make_image("WEBP"), "a", "image/webp"),
        (make_image("GIF"), "a", "image/gif"),
        (b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj", "a.jpg", "application/pdf"),
        (make_zip("[Content_Types].xml", "xl/workbook.xml"), "a.zip", XLSX),
        (make_zip("[Content_Types].xml", "word/document.xml"), "a", DOCX),
        (make_zip("[Content_Types].xml", "xl/workbook.xml", "xl/vbaProject.bin"), "a.xlsx", UNKNOWN),
        (make_zip("a.txt"), "a.xlsx", "application/zip"),
        (b"PK\x03\x04 and then nothing", "a.xlsx", UNKNOWN),
        ("单号,状态\n1,签收\n".encode(), "a.csv", "text/csv"),
        ("单号,状态\n1,签收\n".encode("gb18030"), "a.csv", "text/csv"),
        ("單號,狀態\n".encode("big5"), "a.csv", "text/csv"),
        # One damaged cell makes no other file of a table; a table of nothing but NUL is none.
        (b"id,name\n1,a\x00b\n2,c\n3,abcdefgh\n", "a.csv", "text/csv"),
        (b"id,name\n1,a\x00b\n2,c\n3,abcdefgh\n", "a.txt", UNKNOWN),
        ("id,name\n1,ab\n".encode("utf-16-le"), "a.csv", UNKNOWN),
        ("单号\t状态\n".encode("utf-16"), "a.txt", "text/plain"),
        (("签收" * 40_000).encode(), "long.txt", "text/plain"),
        (b"From: a@example.com\nSubject: late\n\nwhere is it", "a.eml", "message/rfc822"),
        (b"<html><script>alert(1)</script>", "a.csv", UNKNOWN),
        (b"  <svg xmlns='http://www.w3.org/2000/svg'/>", "a.png", UNKNOWN),
        (b"MZ\x90\x00" + b"\x00" * 100, "a.pdf", UNKNOWN),
        (b"\x7fELF" + b"\x00" * 60, "a.txt", UNKNOWN),
        (bytes(range(256)), "a.txt", UNKNOWN),
    ],
)
def test_media_type__by_content_not_by_name(content: bytes, name: str, kind: str, tmp_path: Path) -> None:
    path = tmp_path / "content"
    path.write_bytes(content)

    assert detect.media_type(path, name=name) == kind


@pytest.mark.parametrize(
    "content",
    [
        make_image("PNG", size=64)[:-30],
        make_image("JPEG", size=400)[:300],
        b"\x89PNG\r\n\x1a\n" + b"\x00" * 40,
        b"GIF89a" + b"\x00" * 4,
    ],
)
def test_media_type__an_image_must_open(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "content"
    path.write_bytes(content)

    with pytest.raises(detect.BrokenImage):
        detect.media_type(path)


def test_media_type__refuses_an_image_of_too_many_pixels(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(detect, "MOST_PIXELS", 100)
    path = tmp_path / "content"
    path.write_bytes(make_image("PNG", size=11))

    with pytest.raises(detect.BrokenImage):
        detect.media_type(path)
