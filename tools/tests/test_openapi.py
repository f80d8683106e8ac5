from tools.openapi import difference


def test_difference__is_empty_for_the_same_description() -> None:
    assert difference('{\n "paths": {}\n}\n', '{\n "paths": {}\n}\n') == []


def test_difference__names_what_came_and_went() -> None:
    changes = difference('{\n "a": 1\n}\n', '{\n "b": 1\n}\n')

    assert [line for line in changes if line.startswith(("+ ", "- "))] == ['- "a": 1', '+ "b": 1']
