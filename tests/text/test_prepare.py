from listening.text.prepare import Prepared, prepare


def test_prepare_repairs_masks_and_knows_the_language() -> None:
    found = prepare(
        [
            "TrÃ¨s dÃ©Ã§u par @numeris, voir https://example.org/x",
            "I waited two hours and nobody answered the phone",
            "Rappelez-moi au 06 39 98 12 44 svp",
            "  ​ ",
        ]
    )
    assert found == [
        Prepared("Très déçu par [PSEUDO], voir [LIEN]", "fr"),
        Prepared("I waited two hours and nobody answered the phone", "en"),
        Prepared("Rappelez-moi au [TÉLÉPHONE] svp", "fr"),
        Prepared("", None),
    ]
