"""What the tests need of the machine: Chromium, Chinese fonts and Pango for PDF, installed or asked for by name."""

import os
import shutil
import subprocess
from ctypes.util import find_library
from pathlib import Path

from zhike.demo import mailpair

PACKAGES = ("chromium", "fonts-noto-cjk", "libpangoft2-1.0-0", "libharfbuzz-subset0")
LINE = f"apt-get update && apt-get install -y --no-install-recommends {' '.join(PACKAGES)}"
_FONTS = Path("/usr/share/fonts")


class MachineLacks(RuntimeError):
    """Something is missing that cannot be installed from here; the message holds the line to run."""


def chromium() -> str | None:
    """The browser's program: ZHIKE_CHROMIUM, else the one on PATH."""
    named = os.environ.get("ZHIKE_CHROMIUM")
    return named or shutil.which("chromium")


def has_chinese_font() -> bool:
    return any(_FONTS.rglob("NotoSansCJK*")) if _FONTS.is_dir() else False


def lays_out_text() -> bool:
    """Whether a PDF can be written here (`zhike.platform.ui.pdf`)."""
    return all(find_library(name) for name in ("pangoft2-1.0", "harfbuzz-subset"))


def ensure_mail_server() -> None:
    """A real IMAP server is here; as root it is installed, else MachineLacks says how."""
    if mailpair.dovecot():
        return
    if os.geteuid() != 0 or shutil.which("apt-get") is None:
        message = f"The tests of mail need {mailpair.PACKAGE}. Run as root, then again:\n  {mailpair.LINE}"
        raise MachineLacks(message)
    print(f"Installing {mailpair.PACKAGE} …", flush=True)
    done = subprocess.run(
        ["/bin/sh", "-c", mailpair.LINE],
        check=False,
        stdout=subprocess.DEVNULL,
        env={**os.environ, "DEBIAN_FRONTEND": "noninteractive"},
    )
    if done.returncode != 0 or not mailpair.dovecot():
        message = f"{mailpair.PACKAGE} could not be installed. Run as root, then again:\n  {mailpair.LINE}"
        raise MachineLacks(message)


def ensure_browser() -> None:
    """Chromium, a Chinese font and Pango are here; as root they are installed, else MachineLacks says how."""
    if chromium() and has_chinese_font() and lays_out_text():
        return
    if os.geteuid() != 0 or shutil.which("apt-get") is None:
        message = f"The tests need {' and '.join(PACKAGES)}. Run as root, then again:\n  {LINE}"
        raise MachineLacks(message)
    print(f"Installing {' and '.join(PACKAGES)} …", flush=True)
    done = subprocess.run(
        ["/bin/sh", "-c", LINE],
        check=False,
        stdout=subprocess.DEVNULL,
        env={**os.environ, "DEBIAN_FRONTEND": "noninteractive"},
    )
    if done.returncode != 0 or not (chromium() and has_chinese_font() and lays_out_text()):
        message = f"{' and '.join(PACKAGES)} could not be installed. Run as root, then again:\n  {LINE}"
        raise MachineLacks(message)
