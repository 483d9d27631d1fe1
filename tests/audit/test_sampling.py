"""A sample that Dewi draws, and that anybody draws again by hand."""

import csv
import hashlib
import io
import random
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client

from approvals import services as approvals
from audit import sampling, sampling_population
from audit.models import Reading
from audit.sampling import Member
from registry import grants
from submissions import services
from submissions.models import Evidence, Report, ReportLine
from tests.cast import World
from workflow.models import Decision


@pytest.fixture
def dewi(cast: World, client: Client) -> Client:
    client.force_login(cast.dewi)
    return client


@pytest.fixture
def house(cast: World) -> World:
    """Six reports at Ani's agency, two at Eko's; two were submitted, one of them was returned."""
    for number in range(6):
        cast.item(f"1.03.10.2.01.{number:04}", ceilings=(90_000_000, 5_000_000))
    for number in range(2):
        cast.item(f"1.02.02.2.01.{number:04}", ceilings=(50_000_000,), unit=cast.other_agency,
                  officer="other_officer", verifier="other_section_head")  # fmt: skip
    reports = cast.open()
    for number, report in enumerate(reports[:6], 1):
        cast.entered([report], number * 1_000_000, 1000)
    cast.with_evidence(reports[:2])
    assert all(one.done for one in services.submit(actor=cast.ani, versions=cast.versions(reports[:2])))
    approvals.send_back(
        actor=cast.budi,
        versions=cast.versions(reports[:1]),
        reason="Uang dan volume tidak cocok bulan ini",
        marks=[],
    )
    return cast


def drawn(client: Client, **asked: Any) -> Any:
    answer = client.get("/audit/sample/", {"kind": "reports", "n": "5", "seed": "17", **asked})
    assert answer.status_code == 200, answer
    return answer


def keys(answer: Any) -> list[str]:
    return [one.drawn.member.key for one in answer.context["found"]]


# --- Drawn again by hand ---------------------------------------------------------------------------------


def test_ten_lines_of_python_draw_the_same_sample(house: World, dewi: Client) -> None:
    sha = lambda text: hashlib.sha256(text.encode()).hexdigest()  # noqa: E731
    tokens = Report.objects.values_list("token", flat=True)
    assert keys(drawn(dewi, seed="pagi 17")) == sorted(tokens, key=lambda token: sha("pagi 17:" + token))[:5]


def test_ten_lines_of_python_draw_the_same_sample_by_amount(house: World, dewi: Client) -> None:
    sha = lambda text: hashlib.sha256(text.encode()).hexdigest()  # noqa: E731
    lines = sorted(ReportLine.objects.filter(realized__gt=0), key=lambda line: sha(f"17:{line.pk}"))
    total = sum(int((line.realized or 0) * 100) for line in lines)
    points, expected, end = [int(sha("17:start"), 16) % total + k * total for k in range(5)], [], 0
    for line in lines:
        begin, end = end, end + int((line.realized or 0) * 100)
        expected += [str(line.pk)] if any(5 * begin <= point < 5 * end for point in points) else []
    assert keys(drawn(dewi, kind="lines", by_amount="on")) == expected


def test_the_hash_of_the_population_is_made_by_hand_too(house: World, dewi: Client) -> None:
    lines = sorted(
        f"{report.token} {sum((line.realized or 0 for line in report.lines.all()), Decimal(0)):.2f}"
        for report in Report.objects.all()
    )
    expected = hashlib.sha256("\n".join(lines).encode()).hexdigest()
    answer = drawn(dewi)
    assert answer.context["fingerprint"] == expected and expected in answer.content.decode()
    assert (answer.context["size"], answer.context["total"]) == (8, Decimal(21_006_000))


def test_the_same_seed_draws_the_same_and_another_seed_others(house: World, dewi: Client) -> None:
    first = keys(drawn(dewi))
    assert keys(drawn(dewi)) == first
    assert any(keys(drawn(dewi, seed=str(seed))) != first for seed in range(18, 22))
    assert keys(drawn(dewi, n="3")) == first[:3]


def test_a_change_in_the_population_changes_its_hash(house: World, dewi: Client) -> None:
    before = drawn(dewi).context["fingerprint"]
    house.entered([Report.objects.order_by("pk")[4]], 123)
    assert drawn(dewi).context["fingerprint"] != before


def test_without_a_seed_one_is_drawn_and_stands_in_the_address(house: World, dewi: Client) -> None:
    answer = dewi.get("/audit/sample/?kind=reports&n=5&published=")
    assert answer.status_code == 302
    first, second = (dewi.get(answer["Location"]), dewi.get(answer["Location"]))
    assert keys(first) == keys(second)
    assert dewi.get("/audit/sample/?kind=reports&n=5")["Location"] != answer["Location"]


# --- The rules by themselves -----------------------------------------------------------------------------


def population(count: int, chance: random.Random, strata: int = 1) -> list[Member]:
    return [
        Member(
            f"k{number}",
            number,
            Decimal(chance.randint(-5, 10**9)).scaleb(-2),
            f"s{chance.randrange(strata)}",
        )
        for number in range(count)
    ]


def test_every_share_is_exact_and_every_point_hits_one_row() -> None:
    for seed in range(40):
        chance = random.Random(seed)
        members, count = (
            population(chance.randint(1, 80), chance, chance.randint(1, 6)),
            chance.randint(1, 100),
        )
        for by_stratum in (False, True):
            simple = sampling.draw(members, str(seed), count, by_stratum=by_stratum)
            assert len({one.member.key for one in simple}) == len(simple) == min(count, len(members))
            hit = sampling.draw(members, str(seed), count, by_amount=True, by_stratum=by_stratum)
            assert sum(one.hits for one in hit) == (
                count if any(sampling.size_of(one) for one in members) else 0
            )
            assert all(sampling.size_of(one.member) for one in hit)


def test_each_row_has_its_chance_in_proportion_to_its_amount() -> None:
    members = [Member(f"k{n}", n, Decimal(n), "") for n in range(1, 5)]
    hits = dict.fromkeys(range(1, 5), 0)
    for seed in range(4000):
        for one in sampling.draw(members, str(seed), 2, by_amount=True):
            hits[one.member.id] += one.hits
    assert all(abs(hits[n] - 8000 * n / 10) < 200 for n in hits), hits


def test_shares_go_by_the_largest_remainder_and_then_by_name() -> None:
    assert sampling.allotted({"b": 1, "a": 1, "c": 1}, 2) == {"b": 1, "a": 1, "c": 0}
    assert sampling.allotted({"a": 6, "b": 3, "c": 1}, 5) == {"a": 3, "b": 2, "c": 0}
    assert sampling.allotted({}, 5) == {} and sampling.allotted({"a": 0}, 5) == {"a": 0}


# --- Filters and kinds -----------------------------------------------------------------------------------


def test_each_filter_leaves_its_own(house: World, dewi: Client) -> None:
    returned = Report.objects.get(state="returned")
    for asked, size in (
        ({}, 8), ({"unit": house.other_agency.pk}, 2), ({"month": "2026-01-01"}, 8), ({"state": "submitted"}, 1),
        ({"state": ["submitted", "returned"]}, 2), ({"published": "on"}, 0), ({"above": "4,000,999.99"}, 3),
        ({"returned": "on"}, 1), ({"kind": "lines"}, 12), ({"kind": "lines", "above": "4,000,000"}, 2),
    ):  # fmt: skip
        assert drawn(dewi, **asked).context["size"] == size, asked
    assert keys(drawn(dewi, returned="on")) == [returned.token]
    explained = Report.objects.filter(explanations__isnull=False).distinct().count()
    assert drawn(dewi, warned="on").context["size"] == explained


def test_files_and_decisions_are_drawn_too_with_links_to_where_they_are_seen(
    house: World, dewi: Client
) -> None:
    house.with_evidence(list(Report.objects.filter(state="draft").order_by("pk")[:2]), by="ani")
    files, decisions = drawn(dewi, kind="evidence"), drawn(dewi, kind="decisions", n="2")
    assert sorted(keys(files)) == sorted(Evidence.objects.values_list("token", flat=True))
    assert f"/evidence/{keys(files)[0]}/" in files.content.decode()
    assert set(keys(decisions)) < {str(pk) for pk in Decision.objects.values_list("pk", flat=True)}
    assert "Amount of the population" not in files.content.decode()


def test_each_agency_has_its_share(house: World, dewi: Client) -> None:
    answer = drawn(dewi, n="4", by_agency="on")
    agencies = [one.drawn.member.stratum for one in answer.context["found"]]
    assert sorted(agencies) == [house.other_agency.code, *[house.agency.code] * 3]


def test_the_sample_comes_as_csv_with_seed_and_hash(house: World, dewi: Client) -> None:
    page, file = drawn(dewi), dewi.get("/audit/sample/?kind=reports&n=5&seed=17&as=csv")
    rows = list(csv.DictReader(io.StringIO(file.content.decode())))
    assert [row["key"] for row in rows] == keys(page)
    assert {row["population_sha256"] for row in rows} == {page.context["fingerprint"]}
    assert {row["seed"] for row in rows} == {"17"} and rows[0]["url"].startswith(
        "http://testserver/audit/reports/"
    )


# --- What cannot be drawn --------------------------------------------------------------------------------


def test_what_cannot_be_drawn_is_said_and_kept(house: World, dewi: Client) -> None:
    for name, value, said in (
        ("n", "0", "“0” is no size of a sample. Write a whole number from 1 to 500."),
        ("n", "1000000000", "“1000000000” is no size"),
        ("n", "-3", "“-3” is no size"),
        ("n", "²", "“²” is no size"),
        ("n", "", "required"),
        ("seed", "a\x00b", "The seed has characters"),
        ("seed", "x" * 65, "The seed has characters"),
        ("seed", "satu\ndua", "The seed has characters"),
        ("above", "banyak", "“banyak” is no amount"),
        ("above", "9" * 30, "is no amount"),
        ("kind", "secrets", "“secrets” is none of the choices"),
        ("month", "9999-01-01", "“9999-01-01” is none of the choices"),
        ("unit", "9" * 30, "none of the choices"),
        ("unit", "\x00", "Null characters"),
        ("state", "secret", "“secret” is none of the choices"),
    ):
        answer = drawn(dewi, **{name: value})
        text = answer.content.decode()
        assert "found" not in answer.context and said in text, (name, value)
        assert "No sample was drawn" in text
        if name in ("n", "seed", "above") and value.isprintable():
            assert f'value="{value}"' in text or not value, (name, value)


def test_rows_without_amounts_are_not_drawn_by_amount(house: World, dewi: Client) -> None:
    answer = drawn(dewi, kind="evidence", by_amount="on")
    assert "Probability by amount needs amounts" in answer.content.decode() and "found" not in answer.context
    answer = drawn(dewi, unit=house.other_agency.pk, by_amount="on")
    assert (keys(answer), answer.context["total"], answer.context["coverage"]) == ([], Decimal(0), None)


def test_too_large_a_population_is_said(house: World, dewi: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sampling_population, "MOST", 7)
    answer = drawn(dewi)
    assert "8 rows fit these filters; a sample is drawn from at most 7." in answer.content.decode()


# --- Who, and what it costs ------------------------------------------------------------------------------


def test_who_audits_nothing_finds_nothing(cast: World, client: Client) -> None:
    for stranger in ("ani", "budi", "citra", "eko", "fitri", "gita", "root"):
        client.force_login(cast.people[stranger])
        assert client.get("/audit/sample/").status_code == 404, stranger


def test_a_visitor_is_asked_to_sign_in_and_nothing_can_be_sent(cast: World, client: Client) -> None:
    assert client.get("/audit/sample/")["Location"].startswith("/accounts/login/")
    client.force_login(cast.dewi)
    assert [getattr(client, verb)("/audit/sample/").status_code for verb in ("post", "put", "delete")] == [
        405
    ] * 3


def test_an_auditor_draws_from_his_own_units_only(house: World, client: Client) -> None:
    grants.give(grants.AUDIT, house.gita, house.other_agency)
    client.force_login(house.gita)
    answer = drawn(client, n="500")
    assert answer.context["size"] == 2
    refused = drawn(client, unit=house.agency.pk)
    assert "none of the choices" in refused.content.decode() and "found" not in refused.context


def test_her_drawing_is_on_the_record(cast: World, dewi: Client) -> None:
    drawn(dewi)
    kept = Reading.objects.latest("pk")
    assert (kept.person, kept.page) == (cast.dewi, "sample") and "seed=17" in kept.query


def test_a_sample_costs_the_same_from_one_and_from_fifty(
    cast: World, dewi: Client, statements: Callable[[], Any]
) -> None:
    cast.items(50)
    cast.entered(cast.open())
    drawn(dewi, n="1")
    for kind in ("reports", "lines", "decisions"):
        counts = set()
        for size in (1, 20, 50):
            with statements() as seen:
                answer = drawn(dewi, kind=kind, n=str(size))
            counts.add(len(seen))
        assert len(counts) == 1, (kind, counts)
        assert len(answer.context["found"]) == (0 if kind == "decisions" else 50)
