"""ASGI entry point of the small process that carries live events; pages and API are served by WSGI."""

import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "zhike.config.settings")

from zhike.platform.live.server import application

__all__ = ["application"]
