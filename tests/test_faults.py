import pytest
from pydantic import ValidationError

from listening.faults import Strict, located


class Shelf(Strict):
    books: list[int]


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ({}, "books : cette clé manque"),
        ({"books": [1, "deux"]}, "books[1] : « deux » n'est pas un nombre entier"),
        ({"books": [], "livres": 1}, "livres : clé inconnue"),
        ("rien", "des clés et des valeurs sont attendues"),
    ],
)
def test_faults_are_located_and_french(content: object, expected: str) -> None:
    with pytest.raises(ValidationError) as caught:
        Shelf.model_validate(content)
    assert [located(fault) for fault in caught.value.errors()] == [expected]
