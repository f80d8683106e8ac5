"""Checking whole columns at once: text in, typed column out, and the rows that would not fit."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from zhike.platform.bulk.mapping import FieldRule
from zhike.platform.bulk.types import FieldKind, TargetField

REPLACEMENT = "\ufffd"
# The one character that no text in the database can hold.
NUL = "\x00"
TRUE_WORDS = ("true", "1", "yes", "y", "t", "是", "√")
FALSE_WORDS = ("false", "0", "no", "n", "f", "否", "×")
FULL_WIDTH = str.maketrans("０１２３４５６７８９．－：／　", "0123456789.-:/ ")
DATE_SHAPES = {
    "ymd": r"(?P<y>\d{4})[-/.年](?P<m>\d{1,2})[-/.月](?P<d>\d{1,2})日?",
    "dmy": r"(?P<d>\d{1,2})[-/.](?P<m>\d{1,2})[-/.](?P<y>\d{4})",
    "mdy": r"(?P<m>\d{1,2})[-/.](?P<d>\d{1,2})[-/.](?P<y>\d{4})",
}
TIME_SHAPE = (
    r"(?:[T\s]+(?P<h>\d{1,2})[:时](?P<i>\d{1,2})(?:[:分](?P<s>\d{1,2})秒?(?:[.,](?P<f>\d{1,6})\d*)?)?分?"
    r"\s*(?P<o>Z|[+-]\d{2}:?\d{2})?)?"
)

# Before and after lie dates that nobody means: "never" and "unknown" of other systems.
FIRST_YEAR, LAST_YEAR = 1900, 2199
SPAN = {"first": FIRST_YEAR, "last": LAST_YEAR}
# Dates that exist whatever the year, with a time to the second; 29 February is left to those that count days.
USUAL_MOMENT = (
    r"^(?:19|20|21)\d\d-(?:(?:0[1-9]|1[0-2])-(?:0[1-9]|1\d|2[0-8])|(?:0[13-9]|1[0-2])-(?:29|30)|(?:0[13578]|1[02])-31)"
    r"[ T](?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d$"
)


@dataclass(slots=True)
class Checked:
    """A typed column, and for each refused row position its reject code and parameters."""

    column: pa.Array
    bad: dict[int, tuple[str, dict[str, str | int]]] = field(default_factory=dict)

    def refuse(self, mask: pa.Array, code: str, params: Mapping[str, str | int] | None = None) -> None:
        """Refuse the rows where the mask is true; the first reason found stays."""
        for position in pc.indices_nonzero(pc.fill_null(mask, fill_value=False)).to_pylist():
            self.bad.setdefault(position, (code, dict(params or {})))


@dataclass(frozen=True, slots=True)
class _Moments:
    """Captured groups; which rows are a date (and time) that we take; which exist but lie outside our years."""

    parts: Mapping[str, pa.Array]
    fits: pa.Array
    outside: pa.Array


def source_text(column: pa.Array, rule: FieldRule) -> pa.Array:
    """Trimmed text; nothing left means null."""
    trimmed = pc.utf8_trim_whitespace(column)
    text = pc.if_else(pc.equal(pc.utf8_length(trimmed), 0), pa.scalar(None, pa.string()), trimmed)
    if rule.prefix:
        text = pc.binary_join_element_wise(pa.scalar(rule.prefix), text, "")
    return text


def check(text: pa.Array, spec: TargetField, rule: FieldRule, *, zone: str, date_order: str) -> Checked:
    """Turn one text column into the field's kind."""
    given = text
    unreadable = pc.match_substring(text, REPLACEMENT)
    if rule.values:
        text = _translated(text, rule)
    checked = _READERS[spec.kind](text, spec, zone, date_order)
    if pc.any(unreadable).as_py():
        checked.bad = {position: bad for position, bad in checked.bad.items() if not unreadable[position].as_py()}
        checked.refuse(unreadable, "encoding", {"encoding": "UTF-8"})
    damaged = pc.match_substring(given, NUL)
    if pc.any(damaged).as_py():
        checked.bad = {position: bad for position, bad in checked.bad.items() if not damaged[position].as_py()}
        checked.refuse(damaged, "damaged")
    if spec.required:
        checked.refuse(pc.is_null(text), "required")
    return checked


def _translated(text: pa.Array, rule: FieldRule) -> pa.Array:
    keys = pa.array(list(rule.values), type=pa.string())
    wanted = pa.array(list(rule.values.values()), type=pa.string())
    found = pc.take(wanted, pc.index_in(text, value_set=keys))
    if rule.keep_other or rule.other is None:
        return pc.coalesce(found, text)
    other = pc.if_else(pc.is_valid(text), pa.scalar(rule.other), pa.scalar(None, pa.string()))
    return pc.coalesce(found, other)


def _text(text: pa.Array, spec: TargetField, _zone: str, _order: str) -> Checked:
    checked = Checked(text)
    checked.refuse(pc.greater(pc.utf8_length(text), spec.max_length), "too_long", {"maximum": spec.max_length})
    return checked


def _code(text: pa.Array, spec: TargetField, _zone: str, _order: str) -> Checked:
    checked = Checked(text)
    if spec.choices:
        known = pa.array(list(spec.choices), type=pa.string())
        unknown = pc.and_(pc.is_valid(text), pc.invert(pc.is_in(text, value_set=known)))
        checked.refuse(unknown, "unknown_code", {"known": ", ".join(spec.choices)})
    return checked


def _half_width(text: pa.Array) -> pa.Array:
    """Full-width digits and signs as half-width; only where there are any, since most columns have none."""
    wide = pc.match_substring_regex(text, "[０-９．－：／　]")
    if not pc.any(wide).as_py():
        return text
    return pa.array([t.translate(FULL_WIDTH) if t else t for t in text.to_pylist()], type=pa.string())


def _integer(text: pa.Array, spec: TargetField, _zone: str, _order: str) -> Checked:
    text = _half_width(text)
    fits = pc.match_substring_regex(text, r"^[+-]?\d{1,18}(\.0+)?$")
    kept = pc.replace_substring_regex(_only(text, fits), r"^\+|\.0+$", "")
    checked = Checked(pc.cast(kept, pa.int64()))
    checked.refuse(pc.invert(fits), "not_integer")
    return _bounded(checked, spec)


def _decimal(text: pa.Array, spec: TargetField, _zone: str, _order: str) -> Checked:
    text = _half_width(text)
    plain = pc.replace_substring_regex(text, r"(\d),(\d{3})", r"\1\2")
    fits = pc.match_substring_regex(plain, r"^[+-]?(\d{1,14}(\.\d*)?|\.\d+)$")
    exact = pc.match_substring_regex(
        plain, rf"^[+-]?(\d{{1,14}}(\.\d{{0,{spec.decimals}}}0*)?|\.\d{{1,{spec.decimals}}}0*)$"
    )
    kept = _only(plain, pc.and_(fits, exact))
    checked = Checked(kept)
    checked.refuse(pc.invert(fits), "not_decimal")
    checked.refuse(pc.and_(fits, pc.invert(exact)), "too_precise", {"decimals": spec.decimals})
    bounds = _bounded(Checked(pc.cast(pc.replace_substring_regex(kept, r"^\+", ""), pa.float64())), spec)
    checked.bad = {**bounds.bad, **checked.bad}
    return checked


def _bounded(checked: Checked, spec: TargetField) -> Checked:
    if spec.minimum is not None:
        checked.refuse(pc.less(checked.column, spec.minimum), "too_small", {"minimum": f"{spec.minimum:g}"})
    if spec.maximum is not None:
        checked.refuse(pc.greater(checked.column, spec.maximum), "too_large", {"maximum": f"{spec.maximum:g}"})
    return checked


def _boolean(text: pa.Array, _spec: TargetField, _zone: str, _order: str) -> Checked:
    lowered = pc.utf8_lower(text)
    yes = pc.is_in(lowered, value_set=pa.array(TRUE_WORDS))
    no = pc.is_in(lowered, value_set=pa.array(FALSE_WORDS))
    known = pc.or_(yes, no)
    checked = Checked(pc.if_else(known, yes, pa.scalar(None, pa.bool_())))
    checked.refuse(pc.and_(pc.is_valid(text), pc.invert(known)), "not_boolean")
    return checked


def _only(text: pa.Array, mask: pa.Array) -> pa.Array:
    return pc.if_else(pc.fill_null(mask, fill_value=False), text, pa.scalar(None, pa.string()))


def _date(text: pa.Array, _spec: TargetField, _zone: str, order: str) -> Checked:
    moments = _moments(text, order)
    checked = Checked(pc.cast(_only(_date_text(moments.parts), moments.fits), pa.date32()))
    checked.refuse(moments.outside, "outside_years", SPAN)
    checked.refuse(pc.and_(pc.is_valid(text), pc.invert(moments.fits)), "not_date")
    return checked


def _instant(text: pa.Array, _spec: TargetField, zone: str, order: str) -> Checked:
    """Instants in UTC: the usual way of writing is read as it stands, whatever else is taken apart."""
    usual = pc.fill_null(pc.match_substring_regex(text, USUAL_MOMENT if order == "ymd" else "^$"), fill_value=False)
    zoned = _in_zone(pc.cast(_only(text, usual), pa.timestamp("us")), zone)
    others = pc.and_(pc.is_valid(text), pc.invert(usual))
    outside = pa.nulls(len(text), pa.bool_())
    if pc.any(others).as_py():
        moments = _moments(text.filter(others), order)
        zoned = pc.replace_with_mask(zoned, others, _parted_instant(moments, zone))
        outside = pc.replace_with_mask(outside, others, moments.outside)
    checked = Checked(zoned)
    checked.refuse(outside, "outside_years", SPAN)
    checked.refuse(pc.and_(others, pc.is_null(zoned)), "not_instant")
    return checked


def _in_zone(local: pa.Array, zone: str) -> pa.Array:
    # A time that a clock change leaves out moves forward: midnight of such a day stays on its day.
    return pc.cast(
        pc.assume_timezone(local, zone, ambiguous="earliest", nonexistent="latest"), pa.timestamp("us", "UTC")
    )


def _parted_instant(moments: _Moments, zone: str) -> pa.Array:
    """Instants from whatever way of writing we know; null where the text is none."""
    parts, fits = moments.parts, moments.fits
    clock = pc.binary_join_element_wise(_two(parts["h"]), _two(parts["i"]), _two(parts["s"]), ":", null_handling="skip")
    fraction = pc.utf8_rpad(_or(parts["f"], "0"), 6, "0")
    written = pc.binary_join_element_wise(pc.binary_join_element_wise(_date_text(parts), clock, "T"), fraction, ".")
    local = pc.cast(_only(written, fits), pa.timestamp("us"))
    zoned = _in_zone(local, zone)
    offset = parts["o"]
    has_offset = pc.fill_null(pc.greater(pc.utf8_length(offset), 0), fill_value=False)
    if pc.any(has_offset).as_py():
        shifted = pc.subtract(local, pc.cast(pc.multiply(_offset_minutes(offset), 60_000_000), pa.duration("us")))
        zoned = pc.if_else(has_offset, pc.assume_timezone(shifted, "UTC"), zoned)
    return zoned


def _moments(text: pa.Array, order: str) -> _Moments:
    """Take the texts apart by their shape."""
    text = _half_width(text)
    shape = re.compile(f"^{DATE_SHAPES[order]}{TIME_SHAPE}$")
    found = pc.extract_regex(text, shape.pattern)
    parts: dict[str, Any] = {name: pc.struct_field(found, name) for name in shape.groupindex}
    matched = pc.and_(pc.is_valid(text), pc.is_valid(found))
    numbers = {n: pc.cast(_or(pc.if_else(matched, parts[n], None), "0"), pa.int64()) for n in "ymdhis"}
    month, day, year = numbers["m"], numbers["d"], numbers["y"]
    leap = pc.and_(_divides(year, 4), pc.or_(pc.invert(_divides(year, 100)), _divides(year, 400)))
    in_month = pc.take(pa.array([0, 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]), pc.min_element_wise(month, 12))
    longest = pc.add(in_month, pc.cast(pc.and_(leap, pc.equal(month, 2)), pa.int64()))
    checks = [
        pc.greater_equal(year, 1), pc.greater_equal(month, 1), pc.less_equal(month, 12),
        pc.greater_equal(day, 1), pc.less_equal(day, longest),
        pc.less_equal(numbers["h"], 23), pc.less_equal(numbers["i"], 59), pc.less_equal(numbers["s"], 59),
    ]  # fmt: skip
    exists = pc.fill_null(matched, fill_value=False)
    for one in checks:
        exists = pc.and_(exists, one)
    taken = pc.and_(pc.greater_equal(year, FIRST_YEAR), pc.less_equal(year, LAST_YEAR))
    return _Moments(parts, fits=pc.and_(exists, taken), outside=pc.and_(exists, pc.invert(taken)))


def _divides(column: pa.Array, by: int) -> pa.Array:
    return pc.equal(pc.subtract(column, pc.multiply(pc.divide(column, by), by)), 0)


def _or(column: pa.Array, default: str) -> pa.Array:
    filled = pc.fill_null(column, default)
    return pc.if_else(pc.equal(filled, ""), default, filled)


def _two(column: pa.Array) -> pa.Array:
    return pc.utf8_lpad(_or(column, "0"), 2, "0")


def _date_text(parts: Mapping[str, pa.Array]) -> pa.Array:
    return pc.binary_join_element_wise(parts["y"], _two(parts["m"]), _two(parts["d"]), "-")


def _offset_minutes(offset: pa.Array) -> pa.Array:
    """Minutes east of UTC; `Z` and nothing are 0."""
    found = pc.extract_regex(
        pc.replace_substring(_or(offset, "Z"), "Z", "+00:00"), r"^(?P<g>[+-])(?P<h>\d\d):?(?P<i>\d\d)$"
    )
    hours = pc.cast(_or(pc.struct_field(found, "h"), "0"), pa.int64())
    minutes = pc.cast(_or(pc.struct_field(found, "i"), "0"), pa.int64())
    sign = pc.if_else(pc.equal(pc.struct_field(found, "g"), "-"), -1, 1)
    return pc.multiply(pc.add(pc.multiply(hours, 60), minutes), sign)


_READERS = {
    FieldKind.TEXT: _text,
    FieldKind.CODE: _code,
    FieldKind.INTEGER: _integer,
    FieldKind.DECIMAL: _decimal,
    FieldKind.BOOLEAN: _boolean,
    FieldKind.DATE: _date,
    FieldKind.INSTANT: _instant,
}
