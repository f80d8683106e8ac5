"""Telephone numbers as people of a logistics desk really type them."""

import phonenumbers
import pytest
from django.db import connection
from hypothesis import given
from hypothesis import strategies as st

from zhike.platform import phones
from zhike.platform.phones import Doubt, PhoneKind


@pytest.mark.parametrize(
    ("raw", "e164", "kind"),
    [
        ("13812345678", "+8613812345678", PhoneKind.MOBILE),
        (" 138-1234-5678 ", "+8613812345678", PhoneKind.MOBILE),
        ("１３８　１２３４　５６７８", "+8613812345678", PhoneKind.MOBILE),
        ("+86 138 1234 5678", "+8613812345678", PhoneKind.MOBILE),
        ("008613812345678", "+8613812345678", PhoneKind.MOBILE),
        ("8613812345678", "+8613812345678", PhoneKind.MOBILE),
        ("013812345678", "+8613812345678", PhoneKind.MOBILE),
        ("13812345678.0", "+8613812345678", PhoneKind.MOBILE),
        ("'13812345678", "+8613812345678", PhoneKind.MOBILE),
        ("\u202d13812345678\u202c", "+8613812345678", PhoneKind.MOBILE),
        ("手机：13812345678", "+8613812345678", PhoneKind.MOBILE),
        ("联系电话: 138 1234 5678", "+8613812345678", PhoneKind.MOBILE),
        ("(021) 6234 5678", "+862162345678", PhoneKind.LANDLINE),
        ("021—62345678", "+862162345678", PhoneKind.LANDLINE),
        ("0755-88889999", "+8675588889999", PhoneKind.LANDLINE),
        ("+86 21 6234 5678", "+862162345678", PhoneKind.LANDLINE),
        ("400-820-1234", "+864008201234", PhoneKind.SERVICE),
        ("8008201234", "+868008201234", PhoneKind.SERVICE),
        ("95338", "+8695338", PhoneKind.SERVICE),
        ("10086", "+8610086", PhoneKind.SERVICE),
        ("0085298765432", "+85298765432", PhoneKind.MOBILE),
        ("+44 20 7031 3000", "+442070313000", PhoneKind.LANDLINE),
    ],
)
def test_parse__reads_what_is_certain(raw: str, e164: str, kind: PhoneKind) -> None:
    found = phones.parse(raw)

    assert (found.e164, found.kind, found.doubt, found.candidates) == (e164, kind, None, ())


@pytest.mark.parametrize(
    ("raw", "doubt", "candidates"),
    [
        ("", Doubt.EMPTY, ()),
        ("   ", Doubt.EMPTY, ()),
        ("same as above", Doubt.NOT_A_NUMBER, ()),
        ("call 13812345678 after six", Doubt.NOT_A_NUMBER, ()),
        ("138****5678", Doubt.MASKED, ()),
        ("62345678", Doubt.NO_AREA_CODE, ()),
        ("8888999", Doubt.NO_AREA_CODE, ()),
        # Spreadsheets eat the leading zero; the same digits are a number in Ohio.
        ("2162345678", Doubt.NO_LEADING_ZERO, ("+862162345678",)),
        ("85298765432", Doubt.COUNTRY_UNCLEAR, ("+85298765432",)),
        ("13812345678/02162345678", Doubt.SEVERAL, ("+8613812345678", "+862162345678")),
        ("13812345678、13912345678", Doubt.SEVERAL, ("+8613812345678", "+8613912345678")),
        ("12912345678", Doubt.NOT_IN_USE, ()),
        ("1381234567", Doubt.NOT_IN_USE, ()),
        ("+86 138 1234 567", Doubt.NOT_IN_USE, ()),
        ("1.38123E+10", Doubt.NOT_A_NUMBER, ()),
    ],
)
def test_parse__leaves_in_doubt_with_the_reason(raw: str, doubt: Doubt, candidates: tuple[str, ...]) -> None:
    found = phones.parse(raw)

    assert (found.e164, found.doubt, found.candidates, found.raw) == ("", doubt, candidates, raw.strip())
    assert str(found.reason)


def test_parse__area_of_the_place_completes_a_local_number() -> None:
    assert phones.parse("62345678", area="021").e164 == "+862162345678"
    assert phones.parse("8888999", area="021").doubt is Doubt.NOT_IN_USE
    assert phones.parse("13812345678", area="021").e164 == "+8613812345678"


@pytest.mark.parametrize(
    ("raw", "e164", "extension"),
    [
        ("021-62345678-801", "+862162345678", "801"),
        ("021-62345678转801", "+862162345678", "801"),
        ("02162345678 轉 801", "+862162345678", "801"),
        ("021 6234 5678 ext. 801", "+862162345678", "801"),
        ("4008201234-2", "+864008201234", "2"),
        ("0755-88889999 分机：12", "+8675588889999", "12"),
        ("62345678-801", "", "801"),
    ],
)
def test_parse__keeps_the_extension_apart(raw: str, e164: str, extension: str) -> None:
    found = phones.parse(raw)

    assert (found.e164, found.extension) == (e164, extension)


def test_parse__region_of_the_place_decides() -> None:
    assert phones.parse("98765432", "HK").e164 == "+85298765432"
    assert phones.parse("0912345678", "TW").e164 == "+886912345678"
    assert phones.parse("912345678", "TW").doubt is Doubt.NO_LEADING_ZERO


def test_split__gives_the_numbers_of_a_cell() -> None:
    assert phones.split("13812345678／021-62345678") == ["13812345678", "021-62345678"]
    assert phones.split(" 021-62345678 / 79 ") == ["021-62345678 / 79"]


@pytest.mark.parametrize(
    ("number", "shown"),
    [
        ("+8613812345678", "138****5678"),
        ("+862162345678", "021-****5678"),
        ("+8675588889999", "0755-****9999"),
        ("+85298765432", "+852 ****5432"),
        ("+864008201234", "400 820 1234"),
        ("+8695338", "95338"),
        ("62345678", "****5678"),
        ("5678", "****"),
        ("", ""),
    ],
)
def test_mask__shows_only_the_ending(number: str, shown: str) -> None:
    assert phones.mask(number) == shown


def test_display__as_people_write_it() -> None:
    assert phones.display("+8613812345678") == "138 1234 5678"
    assert phones.display("+862162345678", extension="801") == "021 6234 5678-801"
    assert phones.display("+8613812345678", region="HK") == "+86 138 1234 5678"
    assert phones.display("without") == "without"


def test_key8__is_the_same_for_every_spelling() -> None:
    assert phones.key8("+8613812345678") == phones.parse("138 1234 5678").key8 == "12345678"
    assert phones.parse("62345678").key8 == phones.parse("021-62345678-801").key8 == "62345678"
    assert phones.parse("62345678-801").key8 == "62345678"
    assert phones.parse("138****5678").key8 == ""


MOBILES = st.from_regex(r"1(3[0-9]|5[0-35-9]|8[0-9])[0-9]{8}", fullmatch=True)


@given(MOBILES, st.sampled_from(["{}", "+86 {}", "0086{}", "86{}", " {} ", "手机{}"]))
def test_parse__every_spelling_of_a_mobile_is_one_number(number: str, spelling: str) -> None:
    assert phones.parse(spelling.format(number)).e164 == f"+86{number}"


@given(MOBILES)
def test_parse__full_width_digits_are_digits(number: str) -> None:
    wide = "".join(chr(ord(digit) + 0xFEE0) for digit in number)

    assert phones.parse(wide) == phones.Phone(wide, PhoneKind.MOBILE, f"+86{number}")


@given(st.text(max_size=60))
def test_parse__any_text_is_certain_or_has_a_doubt(text: str) -> None:
    found = phones.parse(text)

    assert found.certain == (found.doubt is None)
    assert not (found.certain and found.candidates)
    assert len(found.raw) <= phones.MOST_RAW


@given(st.from_regex(r"[0-9+ ()-]{3,20}", fullmatch=True))
def test_parse__what_is_certain_stays_so(text: str) -> None:
    found = phones.parse(text)

    if found.certain:
        again = phones.parse(found.e164)
        assert again.e164 == found.e164 or found.kind is PhoneKind.SERVICE
    for candidate in found.candidates:
        if candidate.startswith("+"):
            assert phonenumbers.is_valid_number(phonenumbers.parse(candidate))


@given(MOBILES)
def test_mask__hides_the_middle_of_a_mobile(number: str) -> None:
    assert phones.mask(f"+86{number}") == f"{number[:3]}****{number[-4:]}"


@pytest.mark.django_db
def test_key8_sql__agrees_with_python() -> None:
    texts = ["+8613812345678", "+8695338", "021-6234 5678", "", "62345678"]
    with connection.cursor() as cursor:
        expression = phones.key8_sql("t")
        cursor.execute(f"SELECT {expression} FROM unnest(%s::text[]) WITH ORDINALITY x(t, n) ORDER BY n", [texts])  # noqa: S608
        found = [row[0] for row in cursor.fetchall()]

    assert found == [phones.key8(text) for text in texts]
