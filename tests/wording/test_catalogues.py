"""The catalogues hold every text of the source, and a reader of Indonesian meets no English on the pages."""

import re
from html import unescape
from io import StringIO
from pathlib import Path

import allauth
import django
import pytest
from babel.messages.catalog import Catalog
from django.conf import settings
from django.contrib import auth
from django.core.management import call_command
from django.core.management.base import CommandError
from django.test import Client
from django.utils import translation

from config import catalogues
from tests.cast import World
from wording import borrowed

PYTHON = """
from django.utils.translation import gettext as _, gettext_lazy, ngettext, pgettext
LABEL = gettext_lazy("A lazy text")
def say(n, name):
    return [_("Hello, %(name)s") % {"name": name}, ngettext("%(n)s row", "%(n)s rows", n), pgettext("user", "Account"),
            _("Cut in "
              "two")]
"""
TEMPLATE = """{% load i18n %}{% comment %}{% translate "Never asked for" %}{% endcomment %}
    <p title="{% translate 'In an attribute' %}">{% translate "100 %" %} {{ name|default:_("nobody") }}</p>
  {% blocktranslate count n=rows asvar word %}One row{% plural %}{{ n }} rows{% endblocktranslate %}
{% translate "Account" context "ledger" %}{% blocktranslate trimmed with a=b %}
    Of {{ a }},
    the rest{% endblocktranslate %}{% translate "As a word" as t_word %}{% include "x.html" with word=_("Handed on") %}
"""


@pytest.fixture
def source(tmp_path: Path) -> Path:
    (tmp_path / "portal" / "migrations").mkdir(parents=True)
    (tmp_path / "templates").mkdir()
    (tmp_path / "portal" / "pages.py").write_text(PYTHON)
    (tmp_path / "portal" / "migrations" / "0001.py").write_text('_("Long ago")')
    (tmp_path / "templates" / "page.html").write_text(TEMPLATE)
    return tmp_path


def collected(source: Path) -> Catalog:
    return catalogues.collect(source, [source / "portal"])


def catalogue(language: str, **said: str) -> Catalog:
    made = catalogues.load(Path("nowhere.po"), language)
    for text, translated in said.items():
        made.add(text, translated)
    return made


def asked(*ids: str | tuple[str, str]) -> Catalog:
    found = Catalog()
    for each in ids:
        found.add(each, locations=[("portal/pages.py", 0)])
    return found


def test_every_text_of_python_and_templates_is_found(source: Path) -> None:
    found = {(message.id, message.context) for message in catalogues.texts(collected(source))}

    assert found == {
        ("A lazy text", None),
        ("Hello, %(name)s", None),
        (("%(n)s row", "%(n)s rows"), None),
        ("Account", "user"),
        ("Cut in two", None),
        ("In an attribute", None),
        ("100 %%", None),
        ("nobody", None),
        (("One row", "%(n)s rows"), None),
        ("Account", "ledger"),
        ("Of %(a)s, the rest", None),
        ("As a word", None),
        ("Handed on", None),
    }


def test_a_file_that_cannot_be_read_is_named(source: Path) -> None:
    (source / "portal" / "half.py").write_text("_('open'")

    with pytest.raises(catalogues.Unreadable, match="half.py"):
        collected(source)


def test_translations_stay_and_what_nobody_asks_for_goes() -> None:
    merged = catalogues.merge(asked("Save", "Return"), catalogue("id", Save="Simpan", Delete="Hapus"))

    assert {message.id: message.string for message in catalogues.texts(merged)} == {
        "Save": "Simpan",
        "Return": "",
    }


def test_a_text_that_becomes_plural_is_translated_anew() -> None:
    merged = catalogues.merge(asked(("row", "rows")), catalogue("id", row="baris"))

    assert not any(catalogues.translated(message) for message in catalogues.texts(merged))


def test_the_file_is_the_same_however_often_and_wherever_it_is_written(source: Path, tmp_path: Path) -> None:
    once, twice = tmp_path / "once.po", tmp_path / "twice.po"
    catalogues.save(catalogues.merge(collected(source), catalogue("id")), once)
    (source / "portal" / "pages.py").write_text("# a new line above everything\n" + PYTHON)
    catalogues.save(catalogues.merge(collected(source), catalogues.load(once, "id")), twice)

    assert once.read_bytes() == twice.read_bytes()
    assert "POT-Creation-Date" not in once.read_text()
    assert str(tmp_path) not in once.read_text()


@pytest.mark.parametrize(
    ("wanted", "said", "fault"),
    [
        ("Save", None, "is not in the catalogue"),
        ("Save", "", "is not translated"),
        ("Of %(ceiling)s", "Dari %(pagu)s", "has other placeholders"),
        ("Of %(ceiling)s", "Dari pagu", "has other placeholders"),
        ("Reading %%(name)s", "Membaca %(name)s", "has other placeholders"),
        ("Plan %(plan)s %%", "Rencana %(plan)s %", "has a lone percent sign"),
        ('<a href="%(url)s">new</a>', "%(url)s baru", "has other HTML tags"),
    ],
)
def test_a_fault_is_named_with_its_language_and_place(wanted: str, said: str | None, fault: str) -> None:
    known = catalogue("id")
    if said is not None:
        known.add(wanted, said)
    (found,) = catalogues.faults(asked(wanted), known)

    assert found.startswith(f'id: "{wanted}" (portal/pages.py) ')
    assert fault in found


def test_one_form_may_leave_the_number_out_only_where_there_are_several() -> None:
    wanted = ("Please correct one thing", "Please correct %(n)s things")
    indonesian, urdu = catalogue("id"), catalogue("ur")
    indonesian.add(wanted, ("Mohon perbaiki",))
    urdu.add(wanted, ("ایک", "%(n)s"))

    assert len(list(catalogues.faults(asked(wanted), indonesian))) == 1
    assert not list(catalogues.faults(asked(wanted), urdu))


def test_only_english_may_lack_a_translation() -> None:
    lacking = [code for code, _name in settings.LANGUAGES if _faults_of_an_empty_text(code)]

    assert sorted(lacking) == ["id", "ur"]


def test_nothing_is_missing_in_the_catalogues() -> None:
    told = StringIO()
    call_command("messages", "--check", stdout=told)

    assert "nothing is missing" in told.getvalue()


def test_the_check_fails_when_something_is_missing(tmp_path: Path, settings) -> None:
    settings.LOCALE_PATHS = [tmp_path]

    with pytest.raises(CommandError, match="is not in the catalogue"):
        call_command("messages", "--check", stdout=StringIO())


def test_no_translation_calls_anything_invalid() -> None:
    blunt = re.compile(r"tidak (valid|sah)|\binvalid\b|غلط اندراج|ناجائز", re.IGNORECASE)
    said = [message.string for each in settings.LANGUAGES for message in catalogues.texts(_stored(each[0]))]

    assert not [text for text in said if blunt.search(str(text))]


def test_a_number_takes_the_form_of_its_language() -> None:
    said = {}
    for language in ("id", "en", "ur"):
        with translation.override(language):
            said[language] = [
                translation.ngettext("%(n)s report", "%(n)s reports", n) % {"n": n} for n in (1, 2)
            ]

    assert said == {
        "id": ["1 laporan", "2 laporan"],
        "en": ["1 report", "2 reports"],
        "ur": ["1 رپورٹ", "2 رپورٹیں"],
    }


def test_every_borrowed_text_is_one_of_django_or_allauth() -> None:
    theirs = {
        message.id
        for folder in (
            Path(django.__file__).parent / "conf",
            Path(auth.__file__).parent,
            Path(allauth.__file__).parent,
        )
        for message in catalogues.texts(
            catalogues.load(folder / "locale" / "en" / "LC_MESSAGES" / "django.po", "en")
        )
    }
    ours = catalogues.collect(settings.BASE_DIR, [Path(borrowed.__file__).parent])
    wanted = {
        message.id for message in catalogues.texts(ours) if ("wording/borrowed.py", 0) in message.locations
    }

    assert wanted
    assert not wanted - theirs


def test_an_urdu_page_runs_from_right_to_left_and_speaks_no_indonesian(cast: World) -> None:
    page = _read(cast, "", "/accounts/login/", "ur")

    assert '<html lang="ur" dir="rtl">' in page
    assert "صارف نام" in page
    assert "Nama pengguna" not in page


PAGES = {
    "ani": ["/entry/", "/entry/2026-01/"],
    "budi": ["/inbox/", "/inbox/?tab=elsewhere", "/inbox/?tab=missing", "/overview/", "/notices/"],
    "citra": ["/sign/", "/overview/?all=1"],
    "dewi": ["/audit/", "/overview/"],
    "": ["/", "/p/2026/", "/accounts/login/", "/accounts/password/reset/", "/no/such/page/"],
}


@pytest.mark.parametrize(("person", "address"), [(who, each) for who, them in PAGES.items() for each in them])
def test_a_reader_of_indonesian_meets_no_english(cast: World, person: str, address: str) -> None:
    cast.items(2)
    reports = cast.open()
    cast.submitted(reports[:1], 10)

    page = _read(cast, person, address)

    assert '<html lang="id"' in page
    assert not [english for english in _english() if english in page]


def test_a_reader_of_indonesian_meets_no_english_on_a_report(cast: World) -> None:
    cast.items(1)
    (report,) = cast.open()
    cast.submitted([report], 10)

    for person, address in (("budi", "/reports/"), ("dewi", "/audit/reports/")):
        page = _read(cast, person, f"{address}{report.token}/")
        assert not [english for english in _english() if english in page]


def _faults_of_an_empty_text(language: str) -> list[str]:
    return list(catalogues.faults(asked("Save"), catalogue(language, Save="")))


def _read(cast: World, person: str, address: str, language: str = "id") -> str:
    client = Client()
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = language
    if person:
        client.force_login(cast.people[person], backend="django.contrib.auth.backends.ModelBackend")
    page = unescape(client.get(address, follow=True).content.decode())
    return re.sub(r"\s+", " ", page)


def _english() -> list[str]:
    """Texts of the source, long enough to be recognised, that stand otherwise in Indonesian."""
    texts = ((message.id, message.string) for message in catalogues.texts(_stored("id")))
    return [
        said for said, translated in texts if isinstance(said, str) and len(said) > 11 and said != translated
    ]


def _stored(language: str) -> Catalog:
    return catalogues.load(Path(settings.LOCALE_PATHS[0]) / language / "LC_MESSAGES" / "django.po", language)
