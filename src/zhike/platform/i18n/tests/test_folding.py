import pytest
from hypothesis import given
from hypothesis import strategies as st

from zhike.platform.i18n.folding import fold, fold_all, is_han, pinyin_initials, pinyin_key, stroke_key


@pytest.mark.parametrize(
    ("traditional", "simplified"),
    [
        ("客戶", "客户"),
        ("裡", "里"),
        ("裏", "里"),
        ("後", "后"),
        ("著", "着"),
        ("衞", "卫"),
        ("臺灣", "台湾"),
        ("乾燥劑", "干燥剂"),
        ("包裹破損", "包裹破损"),
    ],
)
def test_fold__both_scripts_give_one_form(traditional: str, simplified: str) -> None:
    assert fold(traditional) == simplified
    assert fold(simplified) == simplified


def test_fold__widths_and_cases_give_one_form() -> None:
    assert fold("ＳＦ１０２３ Ⅳ Straße") == "sf1023 iv strasse"


def test_fold__a_word_folds_alike_alone_and_inside_a_text() -> None:
    assert fold("乾") in fold("乾隆年間")


@given(st.text(alphabet=st.characters(categories=["Lo"], min_codepoint=0x4E00, max_codepoint=0x9FFF)), st.text())
def test_fold__is_stable(han: str, anything: str) -> None:
    assert fold(fold(anything)) == fold(anything)
    assert fold(han + han) == fold(han) + fold(han)


def test_fold_all__folds_each_in_order() -> None:
    assert fold_all(["後", "A"]) == ["后", "a"]


def test_is_han__is_true_for_han_characters_only() -> None:
    assert [is_han(text) for text in ("王敏", "王 敏", "Wang", "")] == [True, False, False, False]


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("曾国藩", "zeng1曾 guo2国 fan1藩"),
        ("單雄信", "shan4单 xiong2雄 xin4信"),
        ("长孙无忌", "zhang3长 sun1孙 wu2无 ji4忌"),
        ("重庆顺达物流", "chong2重 qing4庆 shun4顺 da2达 wu4物 liu2流"),
        ("单位食堂管理处", "dan1单 wei4位 shi2食 tang2堂 guan3管 li3理 chu4处"),
        ("ABC 公司2号", "abc gong1公 si1司 2 hao4号"),
        ("𠮷野", "𠮷5𠮷 ye3野"),
        ("", ""),
    ],
)
def test_pinyin_key__reads_names_as_people_do(name: str, key: str) -> None:
    assert pinyin_key(name) == key


def test_pinyin_key__orders_by_sound_tone_and_character() -> None:
    names = ["赵磊", "王敏", "李莉", "陈静", "黎明", "里昂", "单雄信", "陳靜", "梁山"]

    assert sorted(names, key=pinyin_key) == [
        "陈静", "陳靜", "黎明", "李莉", "里昂", "梁山", "单雄信", "王敏", "赵磊",
    ]  # fmt: skip


@given(st.text())
def test_pinyin_key__takes_any_text(text: str) -> None:
    assert pinyin_key(text) == pinyin_key(fold(text))


@pytest.mark.parametrize(
    ("text", "initials"), [("指派", "zp"), ("導出 CSV", "dccsv"), ("重庆", "cq"), ("B2-等待", "b2dd"), ("", "")]
)
def test_pinyin_initials__are_what_a_person_types(text: str, initials: str) -> None:
    assert pinyin_initials(text) == initials


def test_stroke_key__orders_by_number_of_strokes() -> None:
    names = ["陳靜", "王文", "李四", "丁一", "林大", "黃三", "歐陽"]

    assert sorted(names, key=stroke_key) == ["丁一", "王文", "李四", "林大", "陳靜", "黃三", "歐陽"]
