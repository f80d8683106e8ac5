"""Who is followed up and why: low scores by scale, strong words in three scripts, the gravest reason."""

import pytest

from zhike.methods.scales import SCALES
from zhike.voice.surveys.policies import STRONG_WORDS
from zhike.voice.surveys.rules.following import GRAVEST_FIRST, Told, grounds, is_low, is_strong, score_fits
from zhike.voice.surveys.types import FollowReason

WORDS: str = STRONG_WORDS.default
LOW = {
    "csat3": {1},
    "csat4": {1, 2},
    "csat5": {1, 2},
    "csat7": {1, 2, 3},
    "csat10": {1, 2, 3, 4, 5},
    "csat10_top3": {1, 2, 3, 4, 5},
    "ivr0_9": {0, 1, 2, 3, 4},
    "nps11": {0, 1, 2, 3, 4, 5, 6},
    "nps5": {1, 2},
    "ces1": {4, 5},
    "ces2": {1, 2, 3},
    "yesno": {0},
}


@pytest.mark.req("SURV-31")
@pytest.mark.parametrize("scale", sorted(SCALES))
def test_low__is_the_bad_end_of_each_scale_whichever_way_it_runs(scale: str) -> None:
    assert {level for level in SCALES[scale].levels if is_low(scale, level)} == LOW[scale]


def test_low__nothing_is_low_where_nothing_was_said_or_the_scale_is_unknown() -> None:
    assert not is_low("csat5", None)
    assert not is_low("stars", 1)


@pytest.mark.parametrize(
    ("text", "strong"),
    [
        ("再不处理我就打12305", True),
        ("我要投诉！", True),
        ("我要請律師", True),
        ("你們再也不會有我這個客戶", True),
        ("I will sue you", True),
        ("NEVER AGAIN", True),
        ("１２３０５", True),
        ("the issue was solved", False),
        ("快递员很好", False),
        ("", False),
    ],
)
def test_strong__words_in_three_scripts_and_latin_ones_whole(text: str, strong: bool) -> None:  # noqa: FBT001 - a case
    assert is_strong(text, WORDS) is strong


def test_strong__without_words_no_text_is() -> None:
    assert not is_strong("投诉", " , ")


def reason(disposition: str, *told: Told, score: int | None = None, scale: str = "csat5") -> FollowReason | None:
    found = grounds(disposition, score=score, scale=scale if score is not None else "", told=told, words=WORDS)
    return found.reason if found else None


@pytest.mark.req("SURV-20", partial="what counts and follows each outcome; WARN-02 is its own room")
def test_grounds__outcomes_without_a_score_are_reasons() -> None:
    assert reason("refused") is FollowReason.REFUSAL
    assert reason("unscored") is FollowReason.UNSCORED
    assert reason("complaint") is FollowReason.COMPLAINT
    assert [reason(one) for one in ("sent", "silent", "unreachable", "withheld", "partial")] == [None] * 5


def test_grounds__the_gravest_stands() -> None:
    strong = Told(text="我要投诉")
    assert reason("complaint", strong) is FollowReason.COMPLAINT
    assert reason("answered", strong, score=1) is FollowReason.LOW_SCORE
    assert reason("unscored", strong) is FollowReason.STRONG_COMMENT
    assert reason("answered", strong, score=5) is FollowReason.STRONG_COMMENT
    assert reason("answered", Told(text="很好"), score=5) is None
    assert [one.value for one in GRAVEST_FIRST] == ["complaint", "low_score", "strong_comment", "unscored", "refusal"]


def test_grounds__effort_and_recommendation_are_low_where_satisfaction_is_not() -> None:
    hard = Told(measure="effort", scale="ces1", value=5)
    found = grounds("answered", score=4, scale="csat5", told=[hard], words=WORDS)
    assert found is not None
    assert (found.reason, found.score, found.scale) == (FollowReason.LOW_SCORE, 5, "ces1")


def test_grounds__a_low_answer_makes_words_strong_on_its_own_page_only() -> None:
    low = Told(section=2, scale="csat5", value=1)
    assert reason("answered", low, Told(section=2, text="态度不好"), score=4) is FollowReason.STRONG_COMMENT
    assert reason("answered", low, Told(section=1, text="谢谢"), score=4) is None
    assert reason("answered", low, score=4) is None


def test_grounds__what_is_not_sent_off_is_not_said() -> None:
    assert reason("partial", Told(text="投诉"), score=1) is None
    assert reason("refused", Told(text="投诉")) is FollowReason.REFUSAL


def test_score_fits__the_scale_that_was_asked() -> None:
    assert score_fits("csat5", 5)
    assert not score_fits("csat5", 0)
    assert score_fits("nps11", 0)
    assert not score_fits("", 6)
