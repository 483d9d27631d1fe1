"""datapackage.json: what the open data holds, column by column, in the three languages; licence, sources, length and hash of
each file (Frictionless Data Package 1.0, tabular profile)."""

import json
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils.translation import override

from approvals.published import FIELDS, MONEY, Field
from portal.opendata.files import KINDS, NAME, Extent, File, finished
from portal.opendata.stamp import Stamp
from wording.sentences import say

PACKAGE = "datapackage.json"
KEY = ("fiscal_year", "unit_code", "sub_activity_code", "month")
LANGUAGE = "en"  # of what has one language only; the columns' names are English too
REQUIRED = (*KEY, "first_day", "agency_code", "agency_name", "unit_name", "revision", "ceiling")


def package(extent: Extent, now: Stamp) -> bytes:
    """The descriptor of a data set; its files are made when they are not there yet."""
    files = [finished(extent, kind, now) for kind in KINDS]
    name = extent.unit.name if extent.unit else extent.year.government.name
    about = {"year": extent.year.label, "name": name}
    told = {
        "profile": "data-package",
        "name": "-".join([NAME, slug(extent.year.label), *([slug(extent.unit.code)] if extent.unit else [])]),
        "id": f"{settings.PUBLIC_URL}{address(extent, PACKAGE)}",
        **_texts("title", "subject.open_data", about),
        **_texts("description", "open.about"),
        "version": now.text,
        "created": now.at.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "homepage": f"{settings.PUBLIC_URL}{reverse('opendata:year', args=[extent.year.label])}",
        "licenses": [
            {
                "name": settings.OPEN_DATA_LICENCE,
                "path": settings.OPEN_DATA_LICENCE_URL,
                "title": settings.OPEN_DATA_LICENCE,
            }
        ],
        "sources": [
            {
                "title": _say("subject.open_source", {"name": name}),
                "path": f"{settings.PUBLIC_URL}{reverse('portal:year', args=[extent.year.label])}",
            }
        ],
        "keywords": ["budget", "realization", "APBD", extent.year.label],
        "resources": [_resource(file, extent) for file in files],
    }
    return (json.dumps(told, ensure_ascii=False, indent=1) + "\n").encode()


def slug(code: str) -> str:
    """A name as Data Packages have them: small letters, digits, dots, dashes."""
    return "".join(one if one.isascii() and (one.isalnum() or one in ".-_") else "-" for one in code.lower())


def address(extent: Extent, name: str) -> str:
    """The path of a file of a data set."""
    place = [extent.year.label, *([extent.unit.code] if extent.unit else [])]
    if name == PACKAGE:
        return reverse("opendata:unit_package" if extent.unit else "opendata:package", args=place)
    return reverse("opendata:unit_file" if extent.unit else "opendata:file", args=[*place, name])


def files_of(extent: Extent) -> list[dict[str, str]]:
    """The addresses of a data set's files, its description first."""
    names = [(PACKAGE, PACKAGE), *((f"{NAME}.{kind}", kind) for kind in KINDS)]
    return [{"name": name, "url": address(extent, what)} for name, what in names]


def _resource(file: File, extent: Extent) -> dict[str, Any]:
    kind, _, charset = KINDS[file.kind].partition("; charset=")
    return {
        "profile": "tabular-data-resource" if file.kind == "csv" else "data-resource",
        "name": f"{NAME}-{file.kind}",
        "path": f"{NAME}.{file.kind}",
        **_texts("title", f"open.file.{file.kind}"),
        "format": file.kind,
        "mediatype": kind,
        **({"encoding": charset} if charset else {}),
        "bytes": file.size,
        "hash": f"sha256:{file.sha256}",
        **(
            {"dialect": {"delimiter": ",", "lineTerminator": "\n", "quoteChar": '"'}}
            if file.kind == "csv"
            else {}
        ),
        "schema": {
            "fields": [_field(field, extent.year.government.currency) for field in FIELDS],
            "primaryKey": list(KEY),
            "missingValues": [""],
        },
    }


def _field(field: Field, currency: str) -> dict[str, Any]:
    unit = currency if field.unit == MONEY else field.unit
    return {
        "name": field.name,
        "type": field.kind,
        **_texts("description", f"column.{field.name}"),
        **({"unit": unit} if unit else {}),
        **({"constraints": {"required": True}} if field.name in REQUIRED else {}),
    }


def _texts(name: str, code: str, params: dict[str, str] | None = None) -> dict[str, Any]:
    """A text in English where readers of Data Packages look for it, and in every language beside it."""
    told = {}
    for language, _name in settings.LANGUAGES:
        with override(language):
            told[language] = say(code, params)
    return {name: told[LANGUAGE], f"{name}_languages": told}


def _say(code: str, params: dict[str, str]) -> str:
    with override(LANGUAGE):
        return say(code, params)
