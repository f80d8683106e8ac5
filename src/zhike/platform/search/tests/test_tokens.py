import pytest
from django.db import connection
from hypothesis import given
from hypothesis import strategies as st

from zhike.platform.search import tokens
from zhike.platform.search.types import Document, Numbers


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("客戶", {"客户", "户"}),
        ("浦东机场", {"浦东", "东机", "机场", "场"}),
        ("CU-008812", {"cu", "008812"}),
        ("ＡＢＣ公司７３０４", {"abc", "公司", "司", "7304"}),
        ("陈", {"陈"}),
        ("…!——", set()),
    ],
)
def test_body_words__pairs_of_han_and_whole_words(text: str, words: set[str]) -> None:
    assert tokens.body_words([text]) == words


def test_query_of__is_cut_like_the_document() -> None:
    query = tokens.query_of("浦東 7304 ab 陈 12")

    assert query.pairs == ("浦东",)
    assert query.starts == ("陈",)
    assert query.words == ("ab", "12")
    assert query.parts == ("7304",)


def test_query_of__is_bounded() -> None:
    query = tokens.query_of("很长" * 5_000)

    assert len(query.pairs) <= 200
    assert len(tokens.query_of(" ".join("abcdefghijklmnopqrstuvwxyz")).words) == 12


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("CU-008812", Numbers("CU-008812", "cu008812")),
        (" 138 1234 5678 ", Numbers("138 1234 5678", "13812345678", ("+8613812345678",))),
        ("2162345678", Numbers("2162345678", "2162345678", ("+862162345678",))),
        ("浦东", None),
        ("7" * 65, None),
    ],
)
def test_numbers_of__reads_numbers_and_phones(text: str, numbers: Numbers | None) -> None:
    assert tokens.numbers_of(text) == numbers


def test_keys_of__number_title_and_phones_without_signs() -> None:
    document = Document(object_id=1, title="华夏 电子", number="CU-008812", keys=["+8613812345678", "", "a@b.example"])

    assert tokens.keys_of(document) == ["8613812345678", "abexample", "cu008812", "华夏电子"]
    assert tokens.parts_of(document) == "8613812345678 cu008812"


@pytest.mark.django_db
@given(st.text(max_size=40))
def test_literals__any_text_is_a_tsvector_and_a_tsquery(text: str) -> None:
    texts = [text.replace("\x00", "")]
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT %s::tsvector, %s::tsvector, %s::tsquery, %s::tsquery",
            [
                tokens.body_literal("trial", texts),
                tokens.rank_literal(texts[0], texts),
                tokens.tsquery_literal("trial", tokens.query_of(texts[0])),
                tokens.ranked_literal(tokens.query_of(texts[0])),
            ],
        )
        body, _rank, query, _ranked = cursor.fetchone() or ("",) * 4
    # Whatever is typed, the kind stands in both as a word of its own.
    assert f"'{tokens.KIND_SIGN}trial'" in body
    assert query.startswith(f"'{tokens.KIND_SIGN}trial'")


@pytest.mark.django_db
@given(st.text(st.sampled_from("浦东华夏客戶abc12 -'\\"), min_size=1, max_size=12))
def test_literals__a_text_is_found_by_itself(text: str) -> None:
    query = tokens.query_of(text)
    wanted = tokens.tsquery_literal("trial", query, parts=query.parts)
    with connection.cursor() as cursor:
        cursor.execute("SELECT %s::tsvector @@ %s::tsquery", [tokens.body_literal("trial", [f"前{text} 后"]), wanted])
        row = cursor.fetchone()

    assert row == (True,)
