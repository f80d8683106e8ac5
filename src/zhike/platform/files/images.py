"""Pictures from outside, without what a camera writes into them: the place, the device, the owner's name."""

from io import BytesIO
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from PIL import Image, ImageOps, UnidentifiedImageError

from zhike.platform.errors import FieldError, Invalid
from zhike.platform.files.detect import MOST_PIXELS

_FORMATS: Final = ("JPEG", "PNG", "WEBP")
_QUALITY: Final = 88


# zhike: allow query-actor -- it reads no row, only the bytes given
def without_metadata(content: bytes, *, name: str) -> bytes:
    """The same picture, upright, with its pixels and its colours only. Raises Invalid on the field `file`."""
    try:
        with Image.open(BytesIO(content), formats=_FORMATS) as image:
            if image.width * image.height > MOST_PIXELS:
                raise _refused("too_large", _("“%(name)s” has too many pixels."), name)
            kind = image.format or "JPEG"
            upright = ImageOps.exif_transpose(image)
            clean = BytesIO()
            colours = {"icc_profile": image.info["icc_profile"]} if image.info.get("icc_profile") else {}
            if kind == "PNG":
                upright.save(clean, kind, optimize=False, **colours)
            else:
                plain = upright if upright.mode in {"RGB", "L"} or kind == "WEBP" else upright.convert("RGB")
                plain.save(clean, kind, quality=_QUALITY, exif=b"", **colours)
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        text = _("“%(name)s” is no picture that can be opened here. Send JPEG, PNG or WebP.")
        raise _refused("type", text, name) from error
    return clean.getvalue()


def _refused(code: str, text: str | Promise, name: str) -> Invalid:
    return Invalid({"file": [FieldError(code, text, {"name": name})]})
