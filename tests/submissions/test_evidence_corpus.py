"""Hostile files: each is refused with a sentence, or kept as exactly what it is; none takes long, none takes much."""

import html
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from submissions.models import Evidence, Report, Upload
from tests.cast import World
from tests.databases import CHECKOUT
from tests.submissions.corpus import ALL, KEPT, REFUSED, Sample
from tests.submissions.evidence import folder, sent, signed_in

__all__ = ["folder"]
SECONDS, KILOBYTES = 5, 300_000
ADDRESS_SPACE = 1_500_000_000  # bytes; what is mapped is more than what is used


@pytest.fixture
def report(cast: World) -> Report:
    cast.item()
    (january,) = cast.open()
    return january


def test_there_are_more_than_sixty_of_them() -> None:
    assert len(REFUSED) >= 60
    assert len({sample.name for sample in REFUSED}) == len(REFUSED)


@pytest.mark.parametrize("sample", REFUSED, ids=lambda sample: sample.name)
def test_a_hostile_file_is_refused_with_its_name_and_a_cure(
    cast: World, report: Report, sample: Sample
) -> None:
    answer = sent(signed_in(cast.ani), report, sample.name, sample.build())
    sentence = html.unescape(answer.json()["sentence"])
    assert answer.status_code == 422, sentence
    assert sample.name in sentence
    assert not Evidence.objects.exists()
    assert not Upload.objects.exists()


@pytest.mark.parametrize("sample", KEPT, ids=lambda sample: repr(sample.name[:30]))
def test_a_good_file_is_kept_as_what_it_is_whatever_it_is_called(
    cast: World, report: Report, sample: Sample, folder: Path
) -> None:
    content = sample.build()
    ani = signed_in(cast.ani)
    answer = sent(ani, report, sample.name, content)
    assert answer.status_code == 200, answer.content.decode()
    file = Evidence.objects.get()
    assert file.mime == sample.mime
    with file.file.open("rb") as stored:
        assert stored.read() == content
    assert folder in Path(file.file.path).parents
    assert not set("/\\\r\n\x00\u202e\u200b") & set(file.original_name)
    given = ani.get(f"/evidence/{file.token}/")
    assert given["Content-Type"] == sample.mime
    assert given["Content-Disposition"].startswith("attachment;")
    assert given["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in given["Content-Security-Policy"]


def test_a_name_ends_as_its_content_is(cast: World, report: Report) -> None:
    for number, sample in enumerate(KEPT):
        content = sample.build()
        if content[:5] == b"%PDF-":
            content += b"\n" * number
        sent(signed_in(cast.ani), report, sample.name, content)
    endings = {"application/pdf": ".pdf", "image/png": ".png", "image/jpeg": ".jpg", "image/webp": ".webp"}
    for file in Evidence.objects.all():
        assert file.original_name.endswith(endings.get(file.mime, "x")), file.original_name
        assert len(file.original_name) <= 200


def test_none_takes_five_seconds_or_three_hundred_megabytes(tmp_path: Path) -> None:
    """In a process of its own, the whole site loaded; the peak is that of the worst file and everything before it."""
    for number, sample in enumerate(ALL):
        (tmp_path / f"{number:03}").write_bytes(sample.build())
    seen, peak = looked_at(tmp_path)
    for sample, one in zip(ALL, seen, strict=True):
        assert one["found"] == (sample.code or sample.mime), sample.name
        assert one["seconds"] < SECONDS, sample.name
    assert peak < KILOBYTES


@pytest.mark.parametrize(
    ("form", "width", "height"),
    [("JPEG", 9000, 7000), ("PROGRESSIVE", 6000, 4000), ("PNG", 4000, 4000), ("WEBP", 4000, 3050)],
)
def test_the_largest_photo_that_is_accepted_stays_within_the_same_bounds(
    tmp_path: Path, form: str, width: int, height: int
) -> None:
    command = [sys.executable, "-c", PAINT, form, str(width), str(height), str(tmp_path / "0")]
    subprocess.run(command, check=True)
    (seen,), peak = looked_at(tmp_path)
    assert seen["found"] == {"PNG": "image/png", "WEBP": "image/webp"}.get(form, "image/jpeg")
    assert seen["seconds"] < SECONDS
    assert peak < KILOBYTES


PAINT = """
import sys
from PIL import Image
form, width, height, place = sys.argv[1:]
image = Image.linear_gradient("L").resize((int(width), int(height)))
if form in ("JPEG", "PROGRESSIVE"):
    image.convert("RGB").save(place, "JPEG", progressive=form != "JPEG", subsampling=0)
else:
    image.convert("RGBA").save(place, form)
"""


def looked_at(folder: Path) -> tuple[list[dict[str, Any]], int]:
    """What a process of its own found in each file, and the kilobytes it had in memory at most."""
    command = [sys.executable, "-m", "tests.submissions.looking", str(folder), str(ADDRESS_SPACE)]
    told = {**os.environ, "DJANGO_SETTINGS_MODULE": "tests.settings"}
    done = subprocess.run(command, cwd=CHECKOUT, env=told, check=True, capture_output=True, text=True)
    *lines, peak = done.stdout.splitlines()
    return [json.loads(line) for line in lines], int(peak)


@pytest.mark.parametrize("sample", [*REFUSED[::9], *KEPT[::4]], ids=lambda sample: repr(sample.name[:30]))
def test_the_plain_form_answers_the_same_without_script(cast: World, report: Report, sample: Sample) -> None:
    from_form(signed_in(cast.ani), report, sample)
    assert Evidence.objects.exists() == (not sample.code)


def from_form(client: Client, report: Report, sample: Sample) -> None:
    """Post the month's page with one file."""
    content = b"".join(
        (
            b'--x\r\nContent-Disposition: form-data; name="r%d-version"\r\n\r\n1\r\n' % report.pk,
            b'--x\r\nContent-Disposition: form-data; name="r%d-evidence"; filename="' % report.pk,
            sample.name.encode().replace(b"\r\n", b"").replace(b'"', b""),
            b'"\r\nContent-Type: image/png\r\n\r\n',
            sample.build(),
            b"\r\n--x--\r\n",
        )
    )
    answer = client.post("/entry/2026-01/", content, content_type="multipart/form-data; boundary=x")
    assert answer.status_code in (302, 422), answer.content.decode()[:1000]
