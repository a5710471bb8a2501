import io

from rich.console import Console

from listening.insight.bridge import Bridge
from listening.report.bridge import lines, parts, print_bridge


def printed(bridge: Bridge, *warnings: str) -> str:
    console = Console(file=io.StringIO(), width=160, highlight=False)
    print_bridge(bridge, list(warnings), console)
    return console.file.getvalue().replace("\xa0", " ")  # type: ignore[attr-defined,no-any-return]


def test_print_bridge_gives_base_shares_change_and_overlap(bridge: Bridge) -> None:
    shown = printed(bridge)
    assert "essai@1 → essai@2\n100 verbatims lus sous les deux versions, le 3 mars 2026\n" in shown
    (line,) = [line for line in shown.splitlines() if "Délais + Nouveau" in line]
    assert " ".join(line.split()) == "Délais + Nouveau 40,0 % 60,0 % +20,0* [+11,4 ; +27,4] 67 % scindé"


def test_print_bridge_has_no_change_for_a_code_without_past_or_future(bridge: Bridge) -> None:
    shown = [line.split() for line in printed(bridge).splitlines()]
    assert ["<b>Neuf</b>", "[bold]", "–", "9,0", "%", "–", "–", "ajouté"] in shown
    assert ["Site", "7,0", "%", "–", "–", "–", "retiré"] in shown


def test_print_bridge_warns(bridge: Bridge) -> None:
    assert "Le modèle [a] changé" in printed(bridge, "Le modèle [a] changé")


def test_lines_are_broken_where_the_interval_of_their_change_leaves_out_zero(bridge: Bridge) -> None:
    broken = {(row["new"], row["broken"]) for row in lines(bridge) if row["level"] == "code"}
    assert broken == {
        (("effort.attente", "effort.file"), True),
        (("prix.niveau",), False),
        (("prix.x",), False),
        ((), False),
    }


def test_parts_say_where_the_verbatims_of_a_split_code_went(bridge: Bridge) -> None:
    found = [(row["old_label"], row["new_label"], row["both"], round(row["kept"], 2)) for row in parts(bridge)]
    assert found[:2] == [("Délais", "Délais", 20, 0.5), ("Délais", "Nouveau", 30, 0.75)]
