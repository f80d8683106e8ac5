"""Surveys for programs, a file for each matter."""

from ninja import Router

from zhike.voice.surveys.api import following, forms

router = Router(tags=["surveys"])
for _part in (forms, following):
    router.add_router("", _part.router)
