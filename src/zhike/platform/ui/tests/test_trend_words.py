"""What a card says of a change: a difference within chance is never told as if it were one."""

from django.utils import translation

from zhike.platform.ui.components import Trend
from zhike.platform.ui.figures import trend_words


def test_trend__a_difference_within_chance_says_so_in_one_breath() -> None:
    within = Trend.of(-20.0, 4.0, higher_is_better=True, against="2026-05", difference="−13.6 points")
    clear = Trend.of(-20.0, -4.0, higher_is_better=True, against="2026-05", difference="−13.6 points")
    with translation.override("en"):
        assert trend_words(within) == "−13.6 points against 2026-05, within chance"
        assert trend_words(clear) == "−13.6 points worse than 2026-05"
