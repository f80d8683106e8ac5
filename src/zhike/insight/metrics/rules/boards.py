"""Which figures each role sees first (METR-23): one table, the same for everybody who has the role."""

from collections.abc import Collection, Mapping
from typing import Final

from django.utils.translation import gettext_lazy as _

from zhike.insight.metrics.types import Board, Tile, Whose
from zhike.methods.scales import SCALES
from zhike.methods.scales import Kind as ScaleKind

MINE, MY_CUSTOMERS, MY_KEY, MY_UNIT = Whose.MINE, Whose.MY_CUSTOMERS, Whose.MY_KEY_CUSTOMERS, Whose.MY_UNIT
# Every scale has its own figures; a tile shows the first that enough people answered on.
USUAL: Final = "csat5"
CSAT: Final = (
    USUAL,
    *(one.id for one in SCALES.values() if one.kind is ScaleKind.SATISFACTION and one.id != USUAL),
)
CSAT_BY_VALUE: Final = tuple(f"{scale}_by_value" for scale in CSAT)
NPS: Final = tuple(one.id for one in SCALES.values() if one.kind is ScaleKind.RECOMMENDATION)
CES: Final = tuple(one.id for one in SCALES.values() if one.kind is ScaleKind.EFFORT)
# The classes whose customers are key customers.
KEY_CLASSES: Final = ("A",)
MOST_UNITS: Final = 50
# By which dimension of a fact it is somebody's own, or a unit's.
BY_PERSON: Final[Mapping[str, str]] = {
    "cases": "case_owner_id",
    "case_contacts": "case_owner_id",
    "case_handovers": "case_owner_id",
    "promises": "promised_by_id",
    "survey_scores": "asked_about_id",
    "survey_follow_ups": "follow_owner_id",
}
BY_UNIT: Final[Mapping[str, str]] = {
    "case_tasks": "task_unit_id",
    "promises": "promise_unit_id",
    "shipments": "outlet_id",
    "cases": "party_unit_id",
    "survey_scores": "outlet_id",
}


def _tile(*metrics: str, whose: Whose = Whose.REACH, of_now: bool = False) -> Tile:
    return Tile(metrics=metrics, whose=whose, of_now=of_now)


def _of_customers(whose: Whose) -> tuple[Tile, ...]:
    return (
        _tile(*CSAT, whose=whose),
        _tile(*NPS, whose=whose),
        _tile("on_time", whose=whose),
        _tile("intact", whose=whose),
        _tile("complaints_per_thousand", whose=whose),
        _tile("case_solution_kept", whose=whose),
        _tile("promise_kept", whose=whose),
        _tile("customers_ordering", whose=whose, of_now=True),
    )


BOARDS: Final[tuple[Board, ...]] = (
    Board(
        code="agent",
        label=_("My cases"),
        roles=frozenset({"agent", "claims"}),
        tiles=(
            _tile("case_first_response_kept", whose=MINE),
            _tile("case_solution_kept", whose=MINE),
            _tile("case_fcr", whose=MINE),
            _tile("case_reopen_rate", whose=MINE),
            _tile("case_effort_index", whose=MINE),
            _tile("case_re_explained", whose=MINE),
            _tile("promise_kept", whose=MINE),
            _tile(*CSAT, whose=MINE),
        ),
    ),
    Board(
        code="supervisor",
        label=_("The team"),
        roles=frozenset({"supervisor"}),
        tiles=(
            _tile("case_first_response_kept"),
            _tile("case_solution_kept"),
            _tile("case_solution_time"),
            _tile("case_reopen_rate"),
            _tile("case_transfer_rate"),
            _tile("case_repeat_rate"),
            _tile("case_complaints_captured"),
            _tile("case_task_wait"),
            _tile("waiting_unanswered"),
            _tile("promise_kept"),
        ),
    ),
    Board(
        code="account_manager",
        label=_("My customers"),
        roles=frozenset({"account_manager"}),
        tiles=_of_customers(MY_CUSTOMERS),
    ),
    Board(
        code="key_accounts",
        label=_("My key customers"),
        roles=frozenset({"account_manager"}),
        tiles=_of_customers(MY_KEY),
    ),
    Board(
        code="department",
        label=_("My department"),
        roles=frozenset({"department"}),
        tiles=(
            _tile("case_task_kept", whose=MY_UNIT),
            _tile("case_task_wait", whose=MY_UNIT),
            _tile("promise_kept", whose=MY_UNIT),
            _tile("case_solution_kept", whose=MY_UNIT),
            _tile("case_solution_time", whose=MY_UNIT),
            _tile("case_reopen_rate", whose=MY_UNIT),
        ),
    ),
    Board(
        code="outlet",
        label=_("My outlet"),
        roles=frozenset({"outlet"}),
        tiles=(
            _tile("on_time", whose=MY_UNIT),
            _tile("intact", whose=MY_UNIT),
            _tile("complaints_per_thousand", whose=MY_UNIT),
            _tile("courier_phone", whose=MY_UNIT),
            _tile("delivery_reply", whose=MY_UNIT),
            _tile("case_task_kept", whose=MY_UNIT),
            _tile("case_task_wait", whose=MY_UNIT),
            _tile(*CSAT, whose=MY_UNIT),
        ),
    ),
    Board(
        code="quality",
        label=_("Quality"),
        roles=frozenset({"quality"}),
        tiles=(
            _tile(*CSAT),
            _tile(*NPS),
            _tile(*CES),
            _tile("survey_response"),
            _tile("survey_follow_up_in_time"),
            _tile("survey_follow_up_changed"),
            _tile("survey_comments_done"),
            _tile("case_coded"),
            _tile("case_complaints_captured"),
            _tile("article_outdated", of_now=True),
        ),
    ),
    Board(
        code="executive",
        label=_("The company"),
        roles=frozenset({"executive", "auditor", "admin"}),
        tiles=(
            _tile(*CSAT),
            _tile(*NPS),
            _tile(*CSAT_BY_VALUE),
            _tile("on_time"),
            _tile("intact"),
            _tile("complaints_per_thousand"),
            _tile("case_solution_kept"),
            _tile("promise_kept"),
            _tile("customers_ordering", of_now=True),
            _tile("shipments"),
        ),
    ),
)


def boards_of(roles: Collection[str]) -> tuple[Board, ...]:
    """The dashboards of somebody with these roles, in their order."""
    return tuple(board for board in BOARDS if board.roles & frozenset(roles))


def filters_of(
    tile: Tile, fact: str, *, staff_id: int | None, unit_ids: Collection[int] | None
) -> dict[str, tuple[str, ...]]:
    """The filters that make a fact somebody's own.

    `unit_ids` None: the unit is too large to be listed, reach alone holds. Without a person or unit there is nothing:
    no row has the number 0.
    """
    person = (str(staff_id or 0),)
    match tile.whose:
        case Whose.MINE:
            return {BY_PERSON[fact]: person}
        case Whose.MY_CUSTOMERS | Whose.MY_KEY_CUSTOMERS:
            owner = "owner_id" if fact == "customers" else "customer_owner_id"
            key = {"customer_class": KEY_CLASSES} if tile.whose is Whose.MY_KEY_CUSTOMERS else {}
            return {owner: person, **key}
        case Whose.MY_UNIT:
            return {} if unit_ids is None else {BY_UNIT[fact]: tuple(str(one) for one in unit_ids) or ("0",)}
    return {}
