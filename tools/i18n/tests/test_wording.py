import pytest

from tools.i18n.wording import wording_problems


@pytest.mark.parametrize(
    "text",
    [
        "後台據點資訊，預設的快遞員",
        "里程與皇后，只有一次（%）",
        "台灣的發布時間：%",
        "恢復了原來的游標",
        "工單%已指派",
    ],
)
def test_wording_problems__good_traditional_text_passes(text: str) -> None:
    assert list(wording_problems(text, "zh_Hant")) == []


@pytest.mark.parametrize("text", ["默认的网点信息，%个用户。", "后台里只有干净的表", "看著作者的乾坤"])
def test_wording_problems__good_simplified_text_passes(text: str) -> None:
    assert list(wording_problems(text, "zh_Hans")) == []


@pytest.mark.parametrize(
    ("text", "locale", "problem"),
    [
        ("客户", "zh_Hant", "户 is simplified, write 戶"),
        ("客戶", "zh_Hans", "戶 is traditional, write 户"),
        ("默認", "zh_Hant", "in Taiwan 默認 is 預設"),
        ("時限:%", "zh_Hant", "half-width punctuation beside Han characters: 限:"),
        ("完成.", "zh_Hans", "half-width punctuation beside Han characters: 成."),
        ("客户(三)", "zh_Hans", "half-width punctuation beside Han characters: 户("),
        ('点"好"', "zh_Hans", 'half-width punctuation beside Han characters: 点"'),
        ("共 % 行", "zh_Hans", "a blank typed between Han and Latin: '共 %'"),
        ("好了！", "zh_Hans", "！ is not our tone"),
    ],
)
def test_wording_problems__names_what_to_change(text: str, locale: str, problem: str) -> None:
    assert next(wording_problems(text, locale)) == problem
