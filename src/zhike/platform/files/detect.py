"""What a file really is, read from its content; its name decides nothing that matters."""

import re
import warnings
import zipfile
from pathlib import Path
from typing import Final

import puremagic
from PIL import Image, UnidentifiedImageError

from zhike.platform.files.types import CSV, DOCX, GIF, IMAGES, JPEG, MAIL, PDF, PNG, TEXT, WEBP, XLSX, ZIP

HEAD = 65_536
MOST_PIXELS = 80_000_000
MOST_ENTRIES = 5_000
# A table may hold one NUL in so many bytes; text of two bytes a character without a mark has far more.
MOST_DAMAGE = 20
UNKNOWN = "application/octet-stream"
_PILLOW: Final = {JPEG: "JPEG", PNG: "PNG", WEBP: "WEBP", GIF: "GIF"}
_ENCODINGS: Final = ("utf-8", "gb18030", "big5")
_CONTROL: Final = re.compile("[\x00-\x08\x0e-\x1a\x1c-\x1f]")
_MARKUP: Final = re.compile(rb"^\s*(?:<!doctype\s+html|<html|<script|<svg|<\?xml|<body|<iframe)", re.IGNORECASE)
_MAIL: Final = re.compile(rb"^(?:from|to|subject|date|received|return-path|message-id|mime-version):\s", re.IGNORECASE)


class BrokenImage(ValueError):
    """It begins like an image, but it is none that can be opened."""


def media_type(path: Path, *, name: str = "") -> str:
    """The media type by content; `name` only tells comma-separated text from other text. Raises BrokenImage."""
    with path.open("rb") as file:
        head = file.read(HEAD)
    if head.startswith(b"PK\x03\x04"):
        return _of_zip(path)
    guessed = _by_magic(head)
    if guessed in IMAGES:
        check_image(path, guessed)
        return guessed
    if guessed == PDF:
        return PDF
    return _of_text(head, name)


def check_image(path: Path, kind: str) -> None:
    """Open it as the image it claims to be, every pixel of it; raises BrokenImage."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(path, formats=[_PILLOW[kind]]) as image:
                if image.width * image.height > MOST_PIXELS:
                    raise BrokenImage
                image.verify()
            with Image.open(path, formats=[_PILLOW[kind]]) as image:
                image.load()
    except (
        UnidentifiedImageError,
        OSError,
        ValueError,
        SyntaxError,
        Image.DecompressionBombError,
        Image.DecompressionBombWarning,
    ) as error:
        raise BrokenImage from error


def _by_magic(head: bytes) -> str:
    try:
        found = puremagic.magic_string(head)
    except (puremagic.PureError, ValueError):
        return UNKNOWN
    return next((match.mime_type for match in found if match.mime_type), UNKNOWN)


def _of_zip(path: Path) -> str:
    try:
        with zipfile.ZipFile(path) as archive:
            names = set(archive.namelist()[:MOST_ENTRIES])
    except (zipfile.BadZipFile, OSError, ValueError):
        return UNKNOWN
    if any(name.lower().endswith("vbaproject.bin") for name in names):
        return UNKNOWN
    if "[Content_Types].xml" in names:
        if "xl/workbook.xml" in names:
            return XLSX
        if "word/document.xml" in names:
            return DOCX
    return ZIP


def _of_text(head: bytes, name: str) -> str:
    ending = Path(name).suffix.lower()
    is_table = ending in {".csv", ".tsv"}
    if is_table and head.count(b"\x00") * MOST_DAMAGE <= len(head):
        # A table with a few damaged cells is a table; whoever reads it names their rows.
        head = head.replace(b"\x00", b"")
    if _MARKUP.match(head.removeprefix(b"\xef\xbb\xbf")) or not _reads_as_text(head):
        return UNKNOWN
    if is_table:
        return CSV
    return MAIL if ending == ".eml" and _MAIL.match(head) else TEXT


def _reads_as_text(head: bytes) -> bool:
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return _decodes(head[: len(head) // 2 * 2], "utf-16")
    return any(_decodes(head, encoding) for encoding in _ENCODINGS)


def _decodes(head: bytes, encoding: str) -> bool:
    # The head may end inside a character.
    for cut in range(4):
        try:
            text = head[: len(head) - cut].decode(encoding)
        except UnicodeDecodeError:
            if len(head) < HEAD - HEAD // MOST_DAMAGE:
                return False
            continue
        return not _CONTROL.search(text)
    return False
