"""Files and a room that holds some of them."""

import io
import zipfile
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from PIL import Image

from zhike.platform.actors import Actor, ActorKind, Reach
from zhike.platform.authz import Right
from zhike.platform.files import FileRef, Purpose, store
from zhike.platform.files.types import DOCUMENTS, IMAGES

NOW = datetime(2026, 3, 9, 4, 0, tzinfo=UTC)
MAY_STORE = Right("files.trial", "Store files in tests")
TRIAL = Purpose(code="files.trial", label="Trial", types=IMAGES | DOCUMENTS, right=MAY_STORE)
PICTURES = Purpose(code="files.pictures", label="Pictures", types=IMAGES, right=MAY_STORE)


def make_actor(actor_id: str = "7", *, rights: Sequence[str] = ("files.trial",)) -> Actor:
    return Actor(kind=ActorKind.STAFF, id=actor_id, rights=frozenset(rights), reach=Reach(everything=True))


def make_image(form: str = "JPEG", *, size: int = 16, shade: int = 120) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (size, size), (shade, 10, 10)).save(out, form)
    return out.getvalue()


def make_zip(*names: str) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name in names:
            archive.writestr(name, "content")
    return out.getvalue()


def make_file(content: bytes | None = None, *, actor: Actor | None = None, filename: str = "签收.jpg") -> FileRef:
    return store(
        actor=actor or make_actor(), content=content or make_image(), filename=filename, purpose=TRIAL, now=NOW
    )


@dataclass
class Album:
    """A room that shows what it holds to actor 7 alone."""

    name: str = "album"
    held: set[int] = field(default_factory=set)

    def visible(self, *, actor: Actor, file_ids: Sequence[int]) -> Collection[int]:
        return self.held.intersection(file_ids) if actor.id == "7" else set()

    def referenced(self, *, file_ids: Sequence[int]) -> Collection[int]:
        return self.held.intersection(file_ids)
