"""Ani's photos and papers at her table: dropped, pasted, photographed, over a line that breaks, and without any script."""

import base64
import io
import re
from collections.abc import Callable

from PIL import Image
from playwright.sync_api import Locator, Page, Route, expect

from submissions.models import Evidence, Report
from tests.browser.conftest import Site, Visits
from tests.browser.looks import Looks
from tests.browser.steps import follow
from tests.cast import png
from tests.submissions.corpus_makers import pdf, picture
from tests.submissions.test_evidence import photo

ENTRY = "/entry/2026-01/"
UPLOADS = "**/evidence/uploads/**"
FILES = """given => {
  const data = new DataTransfer();
  for (const [name, type, bytes] of given) {
    data.items.add(new File([Uint8Array.from(atob(bytes), one => one.charCodeAt(0))], name, { type }));
  }
  return data;
}"""
DROP = f"""(zone, given) => {{
  const dataTransfer = ({FILES})(given);
  for (const kind of ["dragover", "drop"])
    zone.dispatchEvent(new DragEvent(kind, {{ dataTransfer, bubbles: true, cancelable: true }}));
}}"""
PASTE = f"""(place, [given, text]) => {{
  const clipboardData = ({FILES})(given);
  if (text) clipboardData.setData("text/plain", text);
  place.dispatchEvent(new ClipboardEvent("paste", {{ clipboardData, bubbles: true, cancelable: true }}));
}}"""
CAMERA, PAPER = "image/jpeg", "application/pdf"


def given(*files: tuple[str, str, bytes]) -> list[list[str]]:
    return [[name, kind, base64.b64encode(content).decode()] for name, kind, content in files]


class Block:
    """The evidence of one sub-activity on her page."""

    def __init__(self, page: Page, report: Report) -> None:
        self.page, self.report = page, report
        self.zone = page.locator(f"[data-evidence='{report.pk}']")
        self.rows = self.zone.locator("[data-file]")

    def open(self) -> "Block":
        self.page.goto(ENTRY)
        self.zone.locator("summary").click()
        expect(self.zone.locator("[data-evidence-drop] .together")).to_have_count(1)  # the script has come
        return self

    def row(self, name: str) -> Locator:
        return self.rows.filter(has_text=name)

    def content(self, file: Evidence) -> bytes:
        """What she gets when she opens it."""
        return self.page.request.get(f"/evidence/{file.token}/").body()

    def kept(self) -> list[Evidence]:
        return list(Evidence.objects.filter(report=self.report).order_by("pk"))


def block(visit: Visits, site: Site, number: int) -> Block:
    return Block(visit("ani"), site.section.reports[number]).open()


def test_she_drops_many_files_at_once_and_sees_each_arrive(visit: Visits, site: Site) -> None:
    mine = block(visit, site, 0)
    mine.zone.locator("select").select_option("CONTRACT")
    mine.zone.locator("input[name$=-evidence_caption]").fill("Kontrak dan foto")
    before = mine.page.locator(f"input[name=r{mine.report.pk}-version]").input_value()
    files = given(
        ("satu.png", "image/png", png("1")), ("dua.jpg", CAMERA, picture()), ("tiga.pdf", PAPER, pdf())
    )
    mine.zone.evaluate(DROP, files)
    expect(mine.rows).to_have_count(3)
    expect(mine.zone.locator("[data-evidence-count]")).to_have_text("3")
    expect(mine.page.locator("#evidence-say")).to_contain_text("tiga.pdf")
    kept = mine.kept()
    assert [(one.original_name, one.kind, one.caption) for one in kept] == [
        (name, "CONTRACT", "Kontrak dan foto") for name in ("satu.png", "dua.jpg", "tiga.pdf")
    ]
    after = mine.page.locator(f"input[name=r{mine.report.pk}-version]").input_value()
    assert int(after) == int(before) + 3 == Report.objects.get(pk=mine.report.pk).version
    mine.page.reload()
    expect(mine.rows).to_have_count(3)


def test_a_large_photo_is_made_small_and_keeps_its_date_and_place(visit: Visits, site: Site) -> None:
    mine = block(visit, site, 1)
    mine.zone.locator("input[name$=-evidence_public]").check()
    mine.zone.evaluate(DROP, given(("IMG_0001.JPG", CAMERA, photo(turned=6, zone="+08:00"))))
    row = mine.row("IMG_0001.jpg")
    expect(row).to_contain_text("-0.502106, 117.153708")
    expect(row).to_contain_text("10.22")
    (kept,) = mine.kept()
    with Image.open(io.BytesIO(mine.content(kept))) as image:
        assert image.size == (800, 1600)
        assert not image.getexif()
    assert f"{kept.taken_at:%Y-%m-%dT%H:%M:%S}" == "2026-01-15T02:22:33"
    assert kept.public and kept.public_file


def test_she_pastes_a_picture_but_cells_of_a_spreadsheet_stay_numbers(visit: Visits, site: Site) -> None:
    mine = block(visit, site, 2)
    cell = mine.page.locator(f"input[name^=r{mine.report.pk}-line-]").first
    shot = given(("image.png", "image/png", png("paste")))
    cell.evaluate(PASTE, [shot, "1.000\t2.000"])
    cell.evaluate(PASTE, [shot, ""])
    expect(mine.rows).to_have_count(1)
    assert [one.original_name for one in mine.kept()] == ["image.png"]


def test_progress_is_shown_while_a_file_is_on_its_way(visit: Visits, site: Site) -> None:
    mine = block(visit, site, 3)
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route) if route.request.method == "PATCH" and not held else route.continue_()

    mine.page.route(UPLOADS, hold)
    mine.zone.evaluate(DROP, given(("a.jpg", CAMERA, picture()), ("b.png", "image/png", png("b"))))
    bars = mine.zone.locator("[data-evidence-list] progress")
    expect(bars.first).to_be_visible()
    expect(mine.zone.locator("[data-evidence-list] canvas").first).to_be_visible()
    expect(mine.zone.locator(".together")).to_contain_text(re.compile(r"0\D+2"))
    expect(mine.zone.locator(".together")).to_be_visible()
    while not held:
        mine.page.wait_for_timeout(20)
    held[0].continue_()
    expect(mine.rows).to_have_count(2)
    expect(bars).to_have_count(0)
    expect(mine.zone.locator(".together")).to_be_hidden()


def test_a_refused_file_says_why_and_the_others_arrive(
    visit: Visits, site: Site, axe: Callable[[Page], None]
) -> None:
    mine = block(visit, site, 4)
    bad = ("laporan.pdf", PAPER, b"<html><script>alert(1)</script></html>")
    mine.zone.evaluate(DROP, given(bad, ("baik.png", "image/png", png("ok"))))
    expect(mine.row("baik.png")).to_have_count(1)
    refused = mine.zone.locator("li.bad")
    expect(refused).to_contain_text("laporan.pdf")
    expect(refused).to_contain_text("PDF")
    axe(mine.page)
    refused.get_by_role("button").click()
    expect(refused).to_have_count(0)
    mine.page.reload()
    expect(mine.rows).to_have_count(1)


def test_what_is_too_large_is_said_before_anything_is_sent(visit: Visits, site: Site) -> None:
    mine = block(visit, site, 4)
    asked: list[str] = []
    mine.page.on("request", lambda request: asked.append(request.url))
    mine.zone.evaluate(DROP, given(("besar.pdf", PAPER, b"%PDF-1.4" + b"\0" * (10 * 1024 * 1024 + 1))))
    expect(mine.zone.locator("li.bad")).to_contain_text("besar.pdf")
    assert not [url for url in asked if "/uploads/" in url]


def test_a_broken_line_and_a_closed_page_lose_nothing(visit: Visits, site: Site) -> None:
    """The line breaks in the middle; the page is closed; opened again, it goes on where the server stands."""
    mine = block(visit, site, 5)
    parts: list[str] = []

    def cut(route: Route) -> None:
        if route.request.method == "PATCH":
            parts.append(route.request.headers["upload-offset"])
        if len(parts) > 1:
            route.abort()
        else:
            route.continue_()

    mine.page.route(UPLOADS, cut)
    heavy = picture("PNG", (700, 500))  # a megabyte of noise, in parts of 128 kB at first
    mine.zone.evaluate(DROP, given(("bukti.png", "image/png", heavy)))
    expect(mine.zone.locator("[data-evidence-list] li")).to_contain_text("bukti.png")
    expect(mine.page.locator("#evidence-say")).to_contain_text("bukti.png")
    assert not mine.kept()
    mine.page.unroute(UPLOADS)
    resumed: list[str] = []
    mine.page.on(
        "request",
        lambda one: resumed.append(one.headers["upload-offset"]) if one.method == "PATCH" else None,
    )
    mine.page.goto("/entry/")
    mine.page.goto(ENTRY)
    expect(mine.row("bukti.png")).to_have_count(1)
    assert int(resumed[0]) > 0
    (kept,) = mine.kept()
    assert mine.content(kept) == heavy
    mine.page.reload()
    mine.page.wait_for_timeout(300)
    assert len(mine.kept()) == 1
    visit.complaints[:] = [one for one in visit.complaints if "ERR_FAILED" not in one]


def test_another_persons_waiting_files_are_not_sent(visit: Visits, site: Site) -> None:
    mine = block(visit, site, 6)
    mine.page.route(UPLOADS, lambda route: route.abort())
    mine.zone.evaluate(DROP, given(("bukti.png", "image/png", png("x"))))
    expect(mine.page.locator("#evidence-say")).to_contain_text("bukti.png")
    mine.page.unroute(UPLOADS)
    sent: list[str] = []
    mine.page.on("request", lambda one: sent.append(one.url) if "/uploads/" in one.url else None)
    mine.page.route(
        "**/entry/2026-01/",
        lambda route: route.fulfill(body=as_another(route), content_type="text/html; charset=utf-8"),
    )
    mine.page.goto(ENTRY)
    mine.page.wait_for_timeout(500)
    assert sent == [] and not mine.kept()
    visit.complaints[:] = [one for one in visit.complaints if "ERR_FAILED" not in one]


def as_another(route: Route) -> str:
    """Her page, as if somebody else had signed in on the same device."""
    page = route.fetch().text()
    before, _, rest = page.partition('id="evidence" ')
    mark = rest.split('data-person="')[1].split('"')[0]
    return before + 'id="evidence" ' + rest.replace(f'data-person="{mark}"', 'data-person="orang-lain"', 1)


def test_she_describes_a_file_in_a_window_and_is_told_what_cannot_be_read(
    visit: Visits, site: Site, axe: Callable[[Page], None]
) -> None:
    mine = block(visit, site, 7)
    mine.zone.evaluate(DROP, given(("foto.png", "image/png", png("describe"))))
    mine.row("foto.png").locator("[data-about]").press("Enter")
    window = mine.page.get_by_role("dialog")
    window.locator("[name=caption]").fill("Jembatan kilometer 4")
    window.locator("[name=latitude]").fill("utara")
    window.locator("[name=longitude]").fill("117,15")
    window.locator("button.primary").click()
    expect(window.locator("#about-latitude-note")).to_contain_text("utara")
    expect(window.locator("[name=caption]")).to_have_value("Jembatan kilometer 4")
    axe(mine.page)
    window.locator("[name=latitude]").fill("-0,502")
    window.locator("[name=taken_at]").fill("2026-01-15T10:22:33")
    window.locator("[name=public]").check()
    window.locator("button.primary").click()
    expect(window).to_be_hidden()
    row = mine.row("foto.png")
    expect(row).to_contain_text("Jembatan kilometer 4")
    expect(row).to_contain_text("-0.502000, 117.150000")
    expect(row.locator("[data-about]")).to_be_focused()
    (kept,) = mine.kept()
    assert (kept.caption, kept.public, f"{kept.taken_at:%H:%M}") == ("Jembatan kilometer 4", True, "02:22")
    row.locator("[data-about]").click()
    mine.page.keyboard.press("Escape")
    expect(window).to_be_hidden()


def test_removing_can_be_undone_and_is_done_when_she_leaves(visit: Visits, site: Site) -> None:
    mine = block(visit, site, 8)
    mine.zone.evaluate(DROP, given(("a.png", "image/png", png("a8")), ("b.png", "image/png", png("b8"))))
    expect(mine.rows).to_have_count(2)
    mine.row("a.png").locator("[data-remove]").click()
    expect(mine.rows).to_have_count(1)
    expect(
        mine.zone.get_by_role("button", name="Urungkan").or_(mine.zone.get_by_role("button", name="Undo"))
    ).to_be_focused()
    mine.page.keyboard.press("Enter")
    expect(mine.rows).to_have_count(2)
    assert len(mine.kept()) == 2
    mine.row("b.png").locator("[data-remove]").click()
    expect(mine.rows).to_have_count(1)
    mine.page.goto("/entry/")
    mine.page.wait_for_timeout(500)  # the last thing the page did is under way
    mine.page.goto(ENTRY)
    expect(mine.rows).to_have_count(1)
    assert [one.original_name for one in mine.kept()] == ["a.png"]


def test_on_a_phone_she_takes_a_photo(visit: Visits, site: Site, axe: Callable[[Page], None]) -> None:
    page = visit("ani")
    page.set_viewport_size({"width": 360, "height": 740})
    line = page.context.new_cdp_session(page)
    line.send("Emulation.setTouchEmulationEnabled", {"enabled": True})
    line.send(
        "Emulation.setDeviceMetricsOverride",
        {"width": 360, "height": 740, "deviceScaleFactor": 2, "mobile": True},
    )
    mine = Block(page, site.section.reports[9]).open()
    camera = mine.zone.locator("input[capture=environment]")
    assert camera.get_attribute("accept") == "image/*"
    expect(mine.zone.locator(".camera")).to_be_visible()
    camera.set_input_files({"name": "image.jpg", "mimeType": CAMERA, "buffer": photo()})
    expect(mine.rows).to_have_count(1)
    assert mine.kept()[0].latitude
    axe(page)
    mine.row("image.jpg").locator("[data-about]").click()
    expect(page.get_by_role("dialog")).to_be_visible()
    axe(page)
    wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert wide <= 0


def test_a_file_that_is_chosen_before_the_script_has_come_is_sent_all_the_same(
    visit: Visits, site: Site
) -> None:
    page = visit("ani")
    held: list[Route] = []
    page.route("**/sending*.js", lambda route: held.append(route))
    mine = Block(page, site.section.reports[12])
    page.goto(ENTRY)
    mine.zone.locator("summary").click()
    field = f"r{mine.report.pk}-evidence"
    page.set_input_files(f"[name={field}]", {"name": "foto.jpg", "mimeType": CAMERA, "buffer": photo()})
    while not held:
        page.wait_for_timeout(50)
    held[0].continue_()
    expect(mine.rows).to_have_count(1)


def test_without_script_the_plain_form_and_a_page_of_its_own_do_the_same(visit: Visits, site: Site) -> None:
    page = visit("ani", script=False)
    mine = Block(page, site.section.reports[10])
    page.goto(ENTRY)
    mine.zone.locator("summary").click()
    field = f"r{mine.report.pk}-evidence"
    page.set_input_files(f"[name={field}]", {"name": "foto.jpg", "mimeType": CAMERA, "buffer": photo()})
    page.locator(f"[name={field}_caption]").fill("Dari kamera")
    page.locator(f"[name={field}_public]").check()
    follow(page, page.locator("button[name=act][value=save]").last)
    (kept,) = mine.kept()
    assert (kept.caption, kept.public, kept.latitude is not None) == ("Dari kamera", True, True)
    mine.zone.locator("summary").click()
    follow(page, mine.row("foto.jpg").locator("[data-about]"), "**/about/")
    page.locator("[name=caption]").fill("Jalan baru")
    page.locator("[name=latitude]").fill("")
    follow(page, "form[data-about-form] button")
    expect(page.locator("[aria-invalid=true]")).to_have_count(1)  # one number is no place
    page.locator("[name=longitude]").fill("")
    follow(page, "form[data-about-form] button", f"**{ENTRY}**")
    (kept,) = mine.kept()
    assert (kept.caption, kept.latitude) == ("Jalan baru", None)
    mine.zone.locator("summary").click()
    follow(page, mine.row("foto.jpg").locator("[data-remove]"))
    assert mine.kept() == []


def test_she_reads_it_from_right_to_left(visit: Visits, site: Site, axe: Callable[[Page], None]) -> None:
    page, looks = visit("ani"), Looks(axe)
    mine = Block(page, site.section.reports[11])
    page.goto(ENTRY)
    follow(page, "button[name=language][value=ur]:visible")
    mine.open()
    mine.zone.evaluate(DROP, given(("تصویر.jpg", CAMERA, photo())))
    expect(mine.rows).to_have_count(1)
    looks.at(page, "evidence-ur")
    mine.row("تصویر").locator("[data-about]").click()
    expect(page.get_by_role("dialog")).to_be_visible()
    axe(page)
    page.keyboard.press("Escape")
    page.goto(str(mine.row("تصویر").locator("[data-about]").get_attribute("href")))
    looks.at(page, "evidence-about-ur")
    page.goto(ENTRY)
    follow(page, "button[name=language][value=id]:visible")


def test_the_page_loads_no_more_script_than_before_files_are_turned_to(visit: Visits, site: Site) -> None:
    page = visit("ani")
    loaded: list[str] = []
    page.on("request", lambda one: loaded.append(one.url))
    page.goto(ENTRY)
    page.wait_for_load_state("networkidle")
    assert not [url for url in loaded if "sending" in url]
    with page.expect_request("**/sending.*.js"):
        page.locator("[data-evidence] summary").first.click()
