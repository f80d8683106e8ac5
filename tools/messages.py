"""Message catalogues from the command line: `python tools/messages.py extract|check|compile [app …]`."""

import runpy
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
runpy.run_module("tools.i18n", run_name="__main__", alter_sys=True)
