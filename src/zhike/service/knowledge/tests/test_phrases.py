import pytest

from zhike.platform.errors import Forbidden, Invalid
from zhike.record.organization.tests import factories as organization
from zhike.service.knowledge import actions, queries, rules
from zhike.service.knowledge.models import Phrase
from zhike.service.knowledge.tests.factories import NOW, phrase
from zhike.service.knowledge.types import PhraseEntry, PhraseKind

pytestmark = pytest.mark.django_db


@pytest.mark.req("KNOW-02", partial="surveys")
def test_wording__negative_words_are_marked_in_both_scripts_with_a_better_one() -> None:
    phrase()
    phrase("later", texts={"zh-hans": "今天给您回电"}, avoid={"zh-hans": ["知道了再说", "不归我管"]})
    agent = organization.actor()
    text = "這個不歸我管，我不知道。I don't know."
    found = queries.check_wording(actor=agent, text=text, language="zh-hans")
    assert [(one.found, one.start, one.better) for one in found] == [
        ("不歸我管", 2, "今天给您回电"),
        ("不知道", 8, "我马上为您查"),
        ("I don't know", 12, "我马上为您查"),
    ]
    assert queries.check_wording(actor=agent, text="知道", language="en") == []


def test_wording__the_longer_of_two_is_taken_and_latin_only_whole() -> None:
    avoided = [(1, "不行", "可以"), (2, "不行的", "可以这样"), (3, "no", "yes")]
    assert [one.phrase_id for one in rules.findings("不行的", avoided)] == [2]
    assert rules.findings("know north", avoided) == []


def test_phrases__those_for_the_cause_come_first_then_the_category_then_any() -> None:
    kind = {"kind": PhraseKind.APOLOGY, "avoid": {}}
    any_, late = phrase("any", **kind), phrase("late", category="late", **kind)
    caused = phrase("road", cause="linehaul", **kind)
    phrase("lost", category="lost", **kind)
    phrase("gone", active=False, **kind)
    found = queries.phrases_for(actor=organization.actor(), category="late", cause="linehaul")
    assert [row.pk for row in found] == [caused.pk, late.pk, any_.pk]


def test_phrase__wrong_entries_are_named_and_only_some_may_change_the_list() -> None:
    wrong = PhraseEntry(code="x", kind=PhraseKind.THANKS, texts={}, avoid={"en": ["no"]})
    with pytest.raises(Invalid) as refused:
        actions.save_phrase(actor=organization.actor(roles=("quality",)), entry=wrong, now=NOW)
    assert set(refused.value.fields) == {"texts", "avoid"}
    right = PhraseEntry(code="x", kind=PhraseKind.THANKS, texts={"en": "Thank you."})
    with pytest.raises(Forbidden):
        actions.save_phrase(actor=organization.actor(), entry=right, now=NOW)
    assert Phrase.objects.count() == 0
