from datetime import UTC, datetime
from io import StringIO

from rich.console import Console

from listening.codebook import Codebook
from listening.records import CodeVerdict, Verdict
from listening.report.agreement import print_agreements
from listening.training.coders import coders_agree

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


def printed(codebook: Codebook, verdicts: list[Verdict]) -> str:
    console = Console(file=StringIO(), width=140)
    found = coders_agree(verdicts, list(codebook.codes), codebook="essai@1", draws=20)
    print_agreements(found, codebook, console)
    return console.file.getvalue().replace("\xa0", " ")  # type: ignore[attr-defined]


def verdict(coder: str, rank: int, code: str) -> Verdict:
    codes = (CodeVerdict(code=code, polarity="negatif"),)
    facts = {"at": NOON, "codebook": "essai@1", "blind": True, "codes": codes}
    return Verdict(id=f"{coder}{rank}", verbatim=f"v{rank}", version=f"v{rank}", coder=coder, **facts)  # type: ignore[arg-type]


def test_print_agreements_shows_codes_that_were_given_with_their_cases(codebook: Codebook) -> None:
    given = [
        verdict(coder, rank, "prix.niveau" if rank % 2 else "effort.web")
        for coder in ("lea", "momo")
        for rank in range(4)
    ]
    text = printed(codebook, given)
    assert "lea – momo : 4 verbatims codés par les deux" in text
    (price,) = [line for line in text.splitlines() if "Prix" in line]
    assert price.split()[1:3] == ["2", "1,00"]
    assert "Délais" not in text


def test_print_agreements_says_when_nothing_was_coded_twice(codebook: Codebook) -> None:
    assert "Aucun verbatim codé à l'aveugle par deux personnes" in printed(codebook, [verdict("lea", 1, "prix.niveau")])
