"""The contract types of ours, on graphs written by hand."""

from grimp import ImportGraph
from importlinter import Contract

from tools.import_contracts import OnlyInContract, RoomsContract

ROOMS: dict[str, object] = {"wings": ["z.record"], "public": ["types", "actions"], "exceptions": ["z.doors.api -> api"]}


def _graph(*imports: tuple[str, str]) -> ImportGraph:
    graph = ImportGraph()
    graph.add_module("z.record")
    for importer, imported in imports:
        for module in (importer, imported):
            parts = module.split(".")
            for end in range(1, len(parts) + 1):
                graph.add_module(".".join(parts[:end]))
        graph.add_import(importer=importer, imported=imported, line_number=1, line_contents="")
    return graph


def _broken(contract: type[Contract], options: dict[str, object], graph: ImportGraph) -> list[tuple[str, str]]:
    check = contract("a name", {"root_packages": ["z"]}, options).check(graph, verbose=False)
    pairs = [(importer, imported) for importer, imported, _lines in check.metadata["broken"]]
    assert check.kept is (not pairs)
    return pairs


def test_rooms__own_modules_are_free() -> None:
    graph = _graph(("z.record.customers.actions", "z.record.customers.models"))

    assert _broken(RoomsContract, ROOMS, graph) == []


def test_rooms__public_modules_and_their_parts_are_open_to_others() -> None:
    graph = _graph(("z.doors.desk.pages", "z.record.customers.actions.merge"))

    assert _broken(RoomsContract, ROOMS, graph) == []


def test_rooms__models_of_another_room_are_closed() -> None:
    graph = _graph(("z.record.shipments.queries", "z.record.customers.models.contacts"))

    assert _broken(RoomsContract, ROOMS, graph) == [
        ("z.record.shipments.queries", "z.record.customers.models.contacts")
    ]


def test_rooms__a_name_that_only_begins_alike_is_another_room() -> None:
    graph = _graph(("z.record.customers2.queries", "z.record.customers.models"))

    assert _broken(RoomsContract, ROOMS, graph) == [("z.record.customers2.queries", "z.record.customers.models")]


def test_rooms__tests_may_reach_lower_rooms_but_nobody_may_import_tests() -> None:
    graph = _graph(
        ("z.record.shipments.tests.factories", "z.record.customers.models"),
        ("z.demo.company", "z.record.customers.tests.factories"),
    )

    assert _broken(RoomsContract, ROOMS, graph) == [("z.demo.company", "z.record.customers.tests.factories")]


def test_rooms__a_named_exception_opens_one_module_to_one_package() -> None:
    graph = _graph(
        ("z.doors.api.root", "z.record.customers.api"),
        ("z.doors.desk.pages", "z.record.customers.api"),
    )

    assert _broken(RoomsContract, ROOMS, graph) == [("z.doors.desk.pages", "z.record.customers.api")]


def test_rooms__private_names_close_the_rest_stays_open() -> None:
    options: dict[str, object] = {"wings": ["z.platform"], "private": ["models"]}
    graph = _graph(("z.record.a.actions", "z.platform.audit"), ("z.record.a.actions", "z.platform.audit.models"))

    assert _broken(RoomsContract, options, graph) == [("z.record.a.actions", "z.platform.audit.models")]


def test_only_in__names_importers_elsewhere_and_forgives_absence() -> None:
    options: dict[str, object] = {"packages": ["duckdb", "ibis"], "importers": ["z.insight"]}
    graph = _graph(("z.insight.lake.actions", "duckdb"), ("z.record.a.queries", "duckdb"))

    assert _broken(OnlyInContract, options, graph) == [("z.record.a.queries", "duckdb")]


def test_rooms__an_app_inside_a_room_has_doors_of_its_own() -> None:
    graph = _graph(
        ("z.record.connectors.mail.apps", "z.record.connectors.mail.models"),
        ("z.demo.company", "z.record.connectors.mail.actions"),
        ("z.record.connectors.pages", "z.record.connectors.mail.models"),
    )

    assert _broken(RoomsContract, ROOMS, graph) == [("z.record.connectors.pages", "z.record.connectors.mail.models")]
