from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import psycopg
import pytest
from django.db import DatabaseError, connection, transaction
from hypothesis import given
from hypothesis import strategies as st

from zhike.platform import numbering
from zhike.platform.db import config
from zhike.platform.numbering import types
from zhike.platform.numbering.models import NumberSeries
from zhike.platform.numbering.operations import CreateSeries

NUMBERS = st.builds(
    lambda prefix, value, width: f"{prefix}{value:0{width}d}",
    st.sampled_from(["CU-", "C-", "A2-", ""]),
    st.integers(min_value=0, max_value=10**12),
    st.integers(min_value=1, max_value=9),
)


@pytest.fixture(scope="module")
def owner(django_db_setup: None) -> Iterator[psycopg.Connection]:
    """The owner's own session, outside the tests' transactions."""
    with psycopg.connect(config.uri("owner"), autocommit=True) as found:
        yield found


@pytest.fixture(scope="module")
def trial(owner: psycopg.Connection) -> Iterator[str]:
    """A series of this module only."""
    owner.execute("SELECT zhike_create_series('trial', 'TR-', 3, 1)")
    yield "trial"
    owner.execute("DROP SEQUENCE zhike_number_trial")
    owner.execute("DELETE FROM numbering_numberseries WHERE key = 'trial'")


def restart(owner: psycopg.Connection, at: int) -> None:
    owner.execute(f"ALTER SEQUENCE zhike_number_trial RESTART WITH {at}")


@pytest.mark.django_db
def test_next_number__counts_up_with_prefix_and_width(trial: str, owner: psycopg.Connection) -> None:
    restart(owner, 7)

    assert [numbering.next_number(trial) for _each in range(2)] == ["TR-007", "TR-008"]
    assert numbering.take(trial, 3) == ["TR-009", "TR-010", "TR-011"]
    assert numbering.take(trial, 0) == []


@pytest.mark.django_db
def test_next_number__grows_beyond_its_width_and_still_sorts(trial: str, owner: psycopg.Connection) -> None:
    restart(owner, 998)

    numbers = numbering.take(trial, 4)

    assert numbers == ["TR-998", "TR-999", "TR-1000", "TR-1001"]
    assert sorted([*numbers[2:], *numbers[:2]], key=numbering.sort_key) == numbers
    with connection.cursor() as cursor:
        cursor.execute("SELECT n FROM unnest(%s::text[]) AS n ORDER BY zhike_number_key(n)", [numbers[::-1]])
        assert [row[0] for row in cursor.fetchall()] == numbers


@pytest.mark.django_db
def test_next_number__is_never_reused_after_a_rollback(trial: str) -> None:
    with transaction.atomic():
        lost = numbering.next_number(trial)
        transaction.set_rollback(True)

    assert numbering.sort_key(numbering.next_number(trial)) > numbering.sort_key(lost)


@pytest.mark.django_db
def test_next_number__of_an_unknown_series_is_an_error() -> None:
    with pytest.raises(DatabaseError, match="number series nowhere does not exist"), transaction.atomic():
        numbering.next_number("nowhere")


@pytest.mark.django_db
def test_sql_function__numbers_a_hundred_thousand_rows_in_one_statement(trial: str, owner: psycopg.Connection) -> None:
    restart(owner, 1)
    with connection.cursor() as cursor:
        cursor.execute("CREATE TEMPORARY TABLE numbered (line int, number text) ON COMMIT DROP")
        cursor.execute(
            "INSERT INTO numbered SELECT line, zhike_next_number('trial') FROM generate_series(1, 100000) AS line"
        )
        cursor.execute(
            "SELECT count(DISTINCT number),"
            " bool_and(number = 'TR-' || lpad(line::text, greatest(3, length(line::text)), '0')) FROM numbered"
        )
        assert cursor.fetchone() == (100_000, True)


def _take_elsewhere(uri: str) -> list[str]:
    with psycopg.connect(uri) as session:
        rows = session.execute("SELECT zhike_next_number('trial') FROM generate_series(1, 250)").fetchall()
        return [row[0] for row in rows]


def test_next_number__is_unique_among_sessions_at_once(trial: str) -> None:
    with ThreadPoolExecutor(4) as pool:
        batches = list(pool.map(_take_elsewhere, [config.uri("app")] * 8))

    numbers = [number for batch in batches for number in batch]
    assert len(set(numbers)) == 2000


@pytest.mark.django_db
@given(numbers=st.lists(NUMBERS, max_size=12))
def test_sort_key__orders_as_the_database_does(numbers: list[str]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT n FROM unnest(%s::text[]) WITH ORDINALITY AS u(n, o) ORDER BY zhike_number_key(n), o", [numbers]
        )
        by_database = [numbering.sort_key(row[0]) for row in cursor.fetchall()]

    assert by_database == sorted(by_database)


@pytest.mark.django_db
def test_app_role__cannot_change_a_series(trial: str) -> None:
    with pytest.raises(DatabaseError, match="permission denied"), transaction.atomic():
        NumberSeries.objects.filter(key=trial).update(width=2)
    with connection.cursor() as cursor, pytest.raises(DatabaseError, match="permission denied"), transaction.atomic():
        cursor.execute("SELECT zhike_create_series('mine', 'ME-', 3, 1)")


@pytest.mark.parametrize(
    ("constraint", "shape"),
    [
        ("numbering_prefix_once", ("another", "TR-", 3)),
        ("numbering_key_plain", ("1st", "ZZ-", 3)),
        ("numbering_width_range", ("wide", "ZZ-", 19)),
        ("numbering_width_range", ("none", "ZZ-", 0)),
    ],
)
def test_series__constraints(
    trial: str, owner: psycopg.Connection, constraint: str, shape: tuple[str, str, int]
) -> None:
    with pytest.raises(psycopg.errors.IntegrityError, match=constraint):
        owner.execute("SELECT zhike_create_series(%s, %s, %s, 1)", list(shape))


@pytest.mark.django_db
def test_every_declared_series__was_created_by_a_migration() -> None:
    known = {row.key: (row.prefix, row.width) for row in NumberSeries.objects.all()}

    for series in types.registered().values():
        assert known.get(series.key) == (series.prefix, series.width), f"no CreateSeries for {series.key}"


def test_series__declared_twice_differently_is_an_error() -> None:
    numbering.Series(key="trial_twice", prefix="TW-")
    try:
        assert numbering.Series(key="trial_twice", prefix="TW-").width == 6
        with pytest.raises(ValueError, match="twice"):
            numbering.Series(key="trial_twice", prefix="TX-")
    finally:
        types._registry.pop("trial_twice")


@pytest.mark.parametrize(
    "wrong",
    [{"key": "Big"}, {"prefix": "cu-"}, {"prefix": "CU"}, {"width": 0}, {"width": 19}, {"start": 0}],
)
def test_series__malformed(wrong: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="series"):
        numbering.Series(**{"key": "trial_wrong", "prefix": "TW-", **wrong})  # type: ignore[arg-type]


def test_create_series__describes_itself() -> None:
    assert CreateSeries("customer", "CU-", 6).describe() == "Create number series customer (CU-)"


def test_ensure_series__as_owner_makes_what_is_missing_and_refuses_another_shape(fresh_db: str) -> None:
    numbering.Series(key="trial_ensured", prefix="TE-")
    with psycopg.connect(config.uri("owner"), autocommit=True) as session:
        session.execute("GRANT EXECUTE ON FUNCTION zhike_create_series(text, text, int, bigint) TO zhike_app")
        session.execute("GRANT INSERT ON numbering_numberseries TO zhike_app")
        session.execute("GRANT CREATE ON SCHEMA public TO zhike_app")
    try:
        assert "trial_ensured" in numbering.ensure_series()
        assert numbering.ensure_series() == []
        assert numbering.next_number("trial_ensured") == "TE-000001"
        types._registry.pop("trial_ensured")
        numbering.Series(key="trial_ensured", prefix="TX-")
        with pytest.raises(ValueError, match="writes TE-"):
            numbering.ensure_series()
    finally:
        types._registry.pop("trial_ensured")
