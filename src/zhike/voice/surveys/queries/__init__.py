"""Reading surveys."""

from zhike.voice.surveys.queries.following import (
    TO_DO,
    Heard,
    Loop,
    Why,
    comment_rows,
    follow_rows,
    get_comment,
    get_follow_up,
    heard_of,
    loop_of,
    my_count,
    spoken_of,
    to_do_rows,
    why_case,
)

__all__ = [
    "TO_DO",
    "Heard",
    "Loop",
    "Why",
    "comment_rows",
    "follow_rows",
    "get_comment",
    "get_follow_up",
    "heard_of",
    "loop_of",
    "my_count",
    "spoken_of",
    "to_do_rows",
    "why_case",
]
