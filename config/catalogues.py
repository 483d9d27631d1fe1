"""The message catalogues in locale/: collected from the source without the gettext programs, merged, and compared.

Babel reads Python, Django turns its templates into something Babel can read; so nothing of the system is needed. The files
carry neither times nor line numbers: a changed text changes its own lines only.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from io import BytesIO
from pathlib import Path
from tokenize import TokenError

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract
from babel.messages.pofile import read_po, write_po
from django.utils.translation.template import templatize

# Indonesian and Urdu are what the offices read, so nothing may be missing there; English falls back to the texts of the
# source.
COMPLETE = frozenset({"id", "ur"})
CALLS = {
    "_": None, "gettext": None, "gettext_lazy": None,
    "ngettext": (1, 2), "ngettext_lazy": (1, 2),
    "pgettext": ((1, "c"), 2), "pgettext_lazy": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3), "npgettext_lazy": ((1, "c"), 2, 3),
}  # fmt: skip
PLACEHOLDERS = re.compile(r"%{1,2}\(\w+\)[a-z]|(?<!%)%[sd]\b|\{\w*\}")
TAGS = re.compile(r"</?[a-z][^>]*>")
WIDTH = 110
PLURALS = {"id": "nplurals=1; plural=0;"}
TWO_FORMS = "nplurals=2; plural=(n != 1);"


class Unreadable(Exception):
    """A source file in which texts cannot be looked for; says which."""


def collect(base: Path, packages: Iterable[Path]) -> Catalog:
    """Every text that the packages and the templates ask a translation for, in the order of the files."""
    found = Catalog()
    python = [
        path for package in packages for path in package.rglob("*.py") if "migrations" not in path.parts
    ]
    for path in sorted([*python, *_templates(base)]):
        place = (path.relative_to(base).as_posix(), 0)
        for ids, context in _asked(path):
            found.add(ids, locations=[place], context=context)
    return found


def load(path: Path, language: str) -> Catalog:
    """A catalogue as it stands, empty where there is none yet."""
    return read_po(BytesIO(path.read_bytes()), locale=language) if path.exists() else _empty(language)


def merge(found: Catalog, old: Catalog) -> Catalog:
    """The found texts with the translations that are there; what nobody asks for any more is dropped."""
    merged = _empty(str(old.locale_identifier))
    for message in texts(found):
        known = old.get(_id(message), context=message.context)
        string = known.string if known and known.pluralizable == message.pluralizable else ""
        merged.add(
            message.id,
            string,
            locations=message.locations,
            flags=known.flags if known else (),
            user_comments=known.user_comments if known else (),
            context=message.context,
        )
    return merged


def save(catalog: Catalog, path: Path) -> None:
    """Writes a catalogue with a head that says only what the programs need."""
    body = BytesIO()
    write_po(body, catalog, width=WIDTH, omit_header=True, include_lineno=False)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(_head(str(catalog.locale_identifier)) + body.getvalue().decode().rstrip("\n") + "\n")


def faults(found: Catalog, catalogue: Catalog) -> Iterator[str]:
    """What a catalogue lacks and what it says otherwise than the source, one sentence each."""
    language = str(catalogue.locale_identifier)
    for message in texts(found):
        places = ", ".join(place for place, _line in message.locations)
        name = f'{language}: "{_id(message)}" ({places})'
        known = catalogue.get(_id(message), context=message.context)
        if known is None or known.pluralizable != message.pluralizable:
            yield f"{name} is not in the catalogue. Run manage.py messages."
        elif language in COMPLETE and not translated(known):
            yield f"{name} is not translated."
        else:
            yield from (f"{name} {difference}" for difference in _differences(known))


def texts(catalogue: Catalog) -> Iterator[Message]:
    """The messages without the head."""
    return (message for message in catalogue if message.id)


def translated(message: Message) -> bool:
    """Whether every form of a message has its words; a fuzzy one has none, because it is not compiled."""
    return bool(message.string) and all(_forms(message.string)) and not message.fuzzy


def _empty(language: str) -> Catalog:
    return read_po(BytesIO(_head(language).encode()), locale=language)


def _head(language: str) -> str:
    return (
        'msgid ""\nmsgstr ""\n'
        f'"Language: {language}\\n"\n'
        '"Content-Type: text/plain; charset=utf-8\\n"\n'
        '"Content-Transfer-Encoding: 8bit\\n"\n'
        f'"Plural-Forms: {PLURALS.get(language, TWO_FORMS)}\\n"\n\n'
    )


def _differences(message: Message) -> Iterator[str]:
    forms = _forms(message.id)
    for said in filter(None, _forms(message.string)):
        for kind, pattern in (("placeholders", PLACEHOLDERS), ("HTML tags", TAGS)):
            # A language with one plural form says the number always; one form of several may leave it out.
            wanted = [Counter(pattern.findall(form)) for form in forms]
            allowed = wanted if len(_forms(message.string)) > 1 else wanted[-1:]
            if Counter(pattern.findall(said)) not in allowed:
                yield f"has other {kind} in “{said}”; use {', '.join(wanted[-1].elements()) or 'none'}."
        if "%" in PLACEHOLDERS.sub("", said.replace("%%", "")) and any(_is_format(form) for form in forms):
            yield f"has a lone percent sign in “{said}”; write %%."


def _is_format(text: str) -> bool:
    return "%%" in text or "%(" in text


def _forms(text: str | Sequence[str] | None) -> tuple[str, ...]:
    return (text or "",) if isinstance(text, str | None) else tuple(text)


def _id(message: Message) -> str:
    return _forms(message.id)[0]


def _asked(path: Path) -> list[tuple[str | tuple[str, ...], str | None]]:
    try:
        asked = extract("python", BytesIO(_readable(path)), keywords=CALLS)
        return [(ids, context) for _line, ids, _comments, context in asked]
    except (SyntaxError, TokenError) as error:
        raise Unreadable(f"{path}: {error}") from error


def _templates(base: Path) -> Iterator[Path]:
    return (path for path in (base / "templates").rglob("*") if path.suffix in {".html", ".txt", ".js"})


def _readable(path: Path) -> bytes:
    if path.suffix == ".py":
        return path.read_bytes()
    # What is left of the markup would be read as indentation.
    lines = templatize(path.read_text(), origin=str(path)).splitlines()
    return "\n".join(line.strip() for line in lines).encode()
