"""Everything that is done with articles and phrases."""

from zhike.service.knowledge.actions.articles import (
    decide_article,
    load_articles,
    note_outdated,
    pass_articles,
    review_article,
    withdraw_article,
    write_article,
)
from zhike.service.knowledge.actions.imports import import_articles
from zhike.service.knowledge.actions.phrases import load_phrases, retire_phrase, save_phrase
from zhike.service.knowledge.actions.using import load_uses, use_article, use_phrase

__all__ = [
    "decide_article",
    "import_articles",
    "load_articles",
    "load_phrases",
    "load_uses",
    "note_outdated",
    "pass_articles",
    "retire_phrase",
    "review_article",
    "save_phrase",
    "use_article",
    "use_phrase",
    "withdraw_article",
    "write_article",
]
