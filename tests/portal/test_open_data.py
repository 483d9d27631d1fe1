"""What everybody may take away: files, their description, and what stands in them."""

import csv
import gzip
import hashlib
import io
import json
import re
from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from django.core.management import call_command
from django.test import Client

from approvals.published import COLUMNS
from portal.opendata import files
from registry.models import BudgetItem, User
from tests.portal.world import Agency, World
from tests.settled import settled

CODE = "1.03.10.2.01.0051"
SECRETS = ["Penyedia menghilang, internal", "Orang Dalam", "Belum ditandatangani", "rahasia.pdf"]
NAMES = re.compile(r"[-a-z0-9._/]+")
TYPES = {"string", "number", "integer", "date", "datetime"}
CAST: dict[str, Callable[[str], Any]] = {
    "string": str,
    "number": Decimal,
    "integer": int,
    "date": date.fromisoformat,
    "datetime": lambda text: datetime.strptime(text, "%Y-%m-%dT%H:%M:%SZ"),  # noqa: DTZ007 - always UTC
}


@pytest.fixture(autouse=True)
def place(settings: Any, tmp_path: Path) -> Path:
    settings.OPEN_DATA = tmp_path / "opendata"
    return tmp_path / "opendata"


@pytest.fixture
def january(world: World, works: Agency) -> World:
    """Two agencies that published, with a note that looks like a formula, and a report that is only submitted."""
    road = world.item(works, CODE, Decimal("1000000000.50"), plan={1: (Decimal(100_000_000), Decimal(10))})
    bridge = world.item(works, "1.03.10.2.01.0053", Decimal(500))
    police = world.agency("1.05", "Satpol PP")
    patrol = world.item(police, "1.05.02.2.01.0025", Decimal(120))
    world.item(works, "1.03.10.2.01.0055", Decimal(50))
    world.open(1)
    world.done(
        works, road, 1, Decimal("123456789.25"), increment=Decimal("7.5"), public_note='=1+1, "Jalan"\nبرآمد',
        problem_text=SECRETS[0], follow_up_pic=SECRETS[1],
    )  # fmt: skip
    world.done(police, patrol, 1, Decimal(20))
    world.submit(works, world.enter(bridge, 1, Decimal(444), public_note=SECRETS[2]))
    return world


def content(response: Any) -> bytes:
    body = b"".join(response.streaming_content) if response.streaming else response.content
    return gzip.decompress(body) if response.get("Content-Encoding") == "gzip" else body


def lines(client: Client, path: str) -> list[dict[str, str]]:
    text = content(client.get(path)).decode()
    return list(csv.DictReader(io.StringIO(text, newline="")))


def test_a_stranger_takes_all_published_lines_and_no_others(january: World, client: Client) -> None:
    road, patrol = lines(client, "/data/2026/realization.csv")
    assert (road["sub_activity_code"], road["realized_month"]) == (CODE, "123456789.25")
    assert road["public_note"] == '\'=1+1, "Jalan"\nبرآمد'
    assert (patrol["agency_code"], patrol["realized_to_date"]) == ("1.05", "20.00")
    assert [row["agency_code"] for row in lines(client, "/data/2026/1.05/realization.csv")] == ["1.05"]
    for kind in ("csv", "json"):
        told = settled(content(client.get(f"/data/2026/realization.{kind}")).decode())
        for word in [*SECRETS, "444", *User.objects.values_list("name", flat=True)]:
            assert word not in told, word


def test_the_same_columns_and_values_stand_in_every_format_and_in_the_command(
    january: World, client: Client, tmp_path: Path
) -> None:
    rows = lines(client, "/data/2026/realization.csv")
    objects = json.loads(content(client.get("/data/2026/realization.json")))
    sheet = openpyxl.load_workbook(io.BytesIO(content(client.get("/data/2026/realization.xlsx")))).active
    header, *cells = sheet.iter_rows(values_only=True)
    assert tuple(rows[0]) == tuple(objects[0]) == header == COLUMNS
    for row, one, cell in zip(rows, objects, cells, strict=True):
        for name, value in zip(COLUMNS, cell, strict=True):
            text = row[name].removeprefix("'")
            assert ("" if one[name] is None else str(one[name])) == text, name
            if isinstance(value, int | float):
                assert Decimal(str(value)) == Decimal(text), name
            elif not isinstance(value, datetime):
                assert (value or "") == text, name
    for kind in files.KINDS:
        out = tmp_path / f"open.{kind}"
        call_command("export_published", year="2026", format=kind, out=out, stdout=io.StringIO())
        if kind != "xlsx":
            assert out.read_bytes() == content(client.get(f"/data/2026/realization.{kind}"))


def check_package(told: dict[str, Any]) -> None:
    """The rules of the Data Package profile (specs.frictionlessdata.io, v1) that concern what we write."""
    assert NAMES.fullmatch(told["name"]) and told["profile"] == "data-package"
    datetime.strptime(told["created"], "%Y-%m-%dT%H:%M:%SZ")  # noqa: DTZ007
    assert all(
        one["path"].startswith("http") and re.fullmatch(r"[-a-zA-Z0-9._]+", one["name"])
        for one in told["licenses"]
    )
    assert all(one["title"] for one in told["sources"]) and told["resources"]
    names = [one["name"] for one in told["resources"]]
    assert len(set(names)) == len(names) and all(NAMES.fullmatch(name) for name in names)
    for one in told["resources"]:
        assert not one["path"].startswith(("/", "..")) and "://" not in one["path"]
        assert re.fullmatch(r"sha256:[a-f0-9]{64}", one["hash"]) and one["bytes"] > 0
        fields = one["schema"]["fields"]
        assert (
            tuple(field["name"] for field in fields) == COLUMNS
            and {field["type"] for field in fields} <= TYPES
        )
        assert set(one["schema"]["primaryKey"]) <= set(COLUMNS) and one["schema"]["missingValues"] == [""]
        for field in fields:
            assert set(field["description_languages"]) == {"id", "en", "ur"} and all(
                field["description_languages"].values()
            )


@pytest.mark.parametrize("place_of", ["", "1.03/"])
def test_the_description_is_a_data_package_and_tells_the_truth_of_its_files(
    january: World, client: Client, place_of: str
) -> None:
    response = client.get(f"/data/2026/{place_of}datapackage.json")
    assert response["Content-Type"] == "application/json; charset=utf-8"
    told = json.loads(response.content)
    check_package(told)
    for one in told["resources"]:
        body = content(client.get(f"/data/2026/{place_of}{one['path']}"))
        assert (len(body), f"sha256:{hashlib.sha256(body).hexdigest()}") == (one["bytes"], one["hash"])
    table = told["resources"][0]
    keys = set()
    for row in lines(client, f"/data/2026/{place_of}{table['path']}"):
        keys.add(tuple(row[name] for name in table["schema"]["primaryKey"]))
        for field in table["schema"]["fields"]:
            required = field.get("constraints", {}).get("required")
            assert row[field["name"]] or not required, field
            if row[field["name"]]:
                CAST[field["type"]](row[field["name"]])
    assert len(keys) == len(lines(client, f"/data/2026/{place_of}{table['path']}"))


def test_who_has_a_file_is_told_so_and_a_publication_makes_it_new(
    january: World, works: Agency, client: Client
) -> None:
    first = client.get("/data/2026/realization.csv")
    same = client.get("/data/2026/realization.csv", headers={"if-none-match": first["ETag"]})
    assert (same.status_code, same["ETag"]) == (304, first["ETag"])
    before = content(first)
    january.done(works, BudgetItem.objects.get(sub_activity_code="1.03.10.2.01.0055"), 1, Decimal(5))
    after = client.get("/data/2026/realization.csv", headers={"if-none-match": first["ETag"]})
    assert after.status_code == 200 and after["ETag"] != first["ETag"]
    assert content(after).count(b"\n1,") == 0 and len(lines(client, "/data/2026/realization.csv")) == 3
    assert before.count(b"2026-01-01") == 2


def test_gzip_is_sent_to_whoever_asks_for_it(january: World, client: Client) -> None:
    plain = client.get("/data/2026/realization.csv")
    packed = client.get("/data/2026/realization.csv", headers={"accept-encoding": "gzip, br"})
    assert "Content-Encoding" not in plain and packed["Content-Encoding"] == "gzip"
    assert plain["Vary"] == packed["Vary"] == "Accept-Encoding" and plain["ETag"] != packed["ETag"]
    raw = b"".join(packed.streaming_content)
    assert int(packed["Content-Length"]) == len(raw) and gzip.decompress(raw) == content(plain)
    assert "Content-Encoding" not in client.get(
        "/data/2026/realization.xlsx", headers={"accept-encoding": "gzip"}
    )


def test_the_files_are_made_once(january: World, client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[str] = []
    write = files.write_lines

    def counted(kind: str, *rest: Any) -> int:
        made.append(kind)
        return write(kind, *rest)

    monkeypatch.setattr(files, "write_lines", counted)
    for _time in range(2):
        client.get("/data/2026/datapackage.json")
        client.get("/data/2026/realization.csv")
    assert sorted(made) == ["csv", "json", "xlsx"]


def test_what_there_is_not_is_answered_with_404(january: World, client: Client) -> None:
    for path in [
        "1999/realization.csv",
        "2026/9.99/realization.csv",
        "2026/9.99/datapackage.json",
        "2026/realization.exe",
        "1999/",
        "%00/realization.csv",
        "2026/%00/realization.csv",
        "2026/%00/datapackage.json",
    ]:
        assert client.get(f"/data/{path}").status_code == 404, path
    for path in ["/feeds/%00/published.atom", "/sitemap-2026-99999999999999999999.xml"]:
        assert client.get(path).status_code == 404, path


def test_the_page_explains_every_column_and_names_the_licence(january: World, client: Client) -> None:
    page = client.get("/data/", headers={"accept-language": "en"}).content.decode()
    for word in [
        *COLUMNS,
        "CC-BY-4.0",
        "/data/2026/datapackage.json",
        "/data/2026/1.05/realization.xlsx",
        "Money realised in this",
    ]:
        assert word in page, word


def test_before_anything_is_published_there_are_empty_files(world: World, client: Client) -> None:
    assert content(client.get("/data/2026/realization.csv")).decode().strip() == ",".join(COLUMNS)
    assert json.loads(content(client.get("/data/2026/realization.json"))) == []
    check_package(json.loads(client.get("/data/2026/datapackage.json").content))
