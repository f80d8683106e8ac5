"""Reading mails without a server: history, HTML, numbers, sameness, and any bytes at all."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zhike.doors.connectors.mail.rules.reading import Broken, decode, fingerprint, read_bounces, read_mail
from zhike.doors.connectors.mail.rules.sealing import seal, unseal
from zhike.doors.connectors.mail.rules.texts import case_numbers_in, fold, of_html, tokens_in, waybills_in
from zhike.service.cases.rules import bare_subject, case_of_token, reply_token

HEAD = b"From: a@b.example\r\nMessage-ID: <1@b.example>\r\n"


@pytest.mark.parametrize(
    ("text", "said", "quoted"),
    [
        ("好的\n\n在 2026年11月，知客 写道：\n> 您好", "好的", "在 2026年11月，知客 写道：\n> 您好"),
        (
            "Yes\n\nOn Mon, 23 Nov 2026 Zhike <a@b.c>\nwrote:\n> no",
            "Yes",
            "On Mon, 23 Nov 2026 Zhike <a@b.c>\nwrote:\n> no",
        ),
        ("谢谢\n\n-----原始邮件-----\n发件人: 知客", "谢谢", "-----原始邮件-----\n发件人: 知客"),
        ("见下\n发件人：知客\n日期：周一\n内容", "见下", "发件人：知客\n日期：周一\n内容"),
        ("行\n> 一\n> 二", "行", "> 一\n> 二"),
        # Answered between the lines: nothing of it is hidden.
        ("On Mon, somebody wrote:\n> 一\n可以\n> 二\n不行", "On Mon, somebody wrote:\n> 一\n可以\n> 二\n不行", ""),
        ("> 只有引用", "> 只有引用", ""),
        ("没有引用", "没有引用", ""),
    ],
)
def test_fold__history_goes_beneath_the_answer(text: str, said: str, quoted: str) -> None:
    assert fold(text) == (said, quoted)


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<p>您好</p><p>货物&nbsp;未到</p>", "您好\n\n货物 未到"),
        ("<script>alert(1)</script>一<style>p{}</style>", "一"),
        ("<img src=x onerror=alert(1) alt='图'>", "图"),
        ("<head><title>t</title>无结尾", "无结尾"),
        ("<a href='javascript:x'>点</a>", "点"),
        ("<table><tr><td>甲</td><td>乙</td></tr></table>", "甲\t乙"),
        ("a<br>b", "a\nb"),
    ],
)
def test_html__becomes_words_and_nothing_else(html: str, text: str) -> None:
    assert of_html(html) == text


@given(st.binary(max_size=400))
def test_read__any_bytes_are_a_mail_or_named_as_broken(raw: bytes) -> None:
    for given_bytes in (raw, HEAD + raw, HEAD + b"\r\n" + raw):
        try:
            mail = read_mail(given_bytes, own=())
        except Broken:
            continue
        assert "\x00" not in mail.text + mail.subject + mail.sender
        read_bounces(given_bytes)


@given(st.text(max_size=60), st.sampled_from(["utf-8", "gb18030", "utf-16", "no-such-charset", ""]))
def test_decode__never_fails_and_leaves_no_control_character(text: str, charset: str) -> None:
    found = decode(text.encode("utf-8", "replace"), charset)
    assert not any(ord(sign) < 32 and sign not in "\n\t\r" for sign in found)


def test_fingerprint__the_way_of_a_mail_does_not_matter_and_its_words_do() -> None:
    mail = HEAD + b"Subject: x\r\n\r\nhello\r\n"
    assert fingerprint(b"Received: from y\r\n by z\r\n" + mail) == fingerprint(mail)
    assert fingerprint(mail.replace(b"\r\n", b"\n")) == fingerprint(mail)
    assert fingerprint(mail.replace(b"hello", b"hallo")) != fingerprint(mail)


def test_numbers__are_found_in_running_text() -> None:
    assert waybills_in("运单zk7304118299，另SF1234567890。电话021-5555") == ["ZK7304118299", "SF1234567890"]
    assert case_numbers_in("Re: 货物未到 (C-001042)") == ["C-001042"]
    assert tokens_in(("service+c1-ab@zhike.example", "other@zhike.example")) == ["c1-ab"]


@pytest.mark.parametrize(
    "subject",
    ["货物未到", "Re: 货物未到", "回复：Re: 货物未到 (C-001042)", "RE[2]: 货物未到（C-001042）", " 答复:  货物未到"],
)
def test_subject__without_marks_of_answers(subject: str) -> None:
    assert bare_subject(subject) == "货物未到"


def test_token__only_our_own_opens_its_case() -> None:
    token = reply_token(42)
    assert (case_of_token(token), case_of_token(token.upper())) == (42, 42)
    assert (case_of_token("c43" + token[3:]), case_of_token("c42-000000000000"), case_of_token("x")) == (None,) * 3


def test_password__is_sealed_and_opens_with_its_key_only() -> None:
    sealed = seal("geheim 密码", "one")
    assert "geheim" not in sealed
    assert (unseal(sealed, "one"), unseal(sealed, "two"), unseal("", "one")) == ("geheim 密码", None, "")
