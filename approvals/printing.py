"""Runs the typst engine on our own templates: data in as JSON text, PDF/A-3b out. No system font, no file written."""

import json
import unicodedata
from collections.abc import Callable, Mapping
from datetime import datetime
from functools import lru_cache
from pathlib import Path

import typst

TEMPLATES = Path(__file__).parent / "typst"
# Joiners shape Urdu words; every other format character could reorder or hide what is signed.
KEPT_FORMAT_CHARACTERS = "\u200c\u200d"


@lru_cache(maxsize=1)
def _fonts() -> typst.Fonts:
    return typst.Fonts(
        include_system_fonts=False, include_embedded_fonts=True, font_paths=[str(TEMPLATES / "fonts")]
    )


def compile_pdf(
    template: str, data: Mapping[str, object], *, at: datetime, extra: Mapping[str, str], tags: bool = True
) -> bytes:
    """PDF/A-3b of a template; `data` reaches it as JSON under the template's own name, `extra` as plain text.

    The same input gives the same bytes: `at` is the only time in the file.
    """

    def attempt(printable: Callable[[str], bool]) -> bytes:
        payload = json.dumps(_clean(data, printable), ensure_ascii=False)
        pdf = typst.compile(
            str(TEMPLATES / f"{template}.typ"),
            root=str(TEMPLATES),
            font_paths=_fonts(),
            ignore_system_fonts=True,
            format="pdf",
            sys_inputs={template: payload, **extra},
            pdf_standards=["a-3b"],
            timestamp=int(at.timestamp()),
            pdf_tags=tags,
        )
        return bytes(pdf)

    try:
        return attempt(is_printable)
    except typst.TypstError:
        # A rare mix of marks that no font can shape must not keep an agency from signing its month.
        return attempt(_is_latin)


def printable_text(text: str, printable: Callable[[str], bool] | None = None) -> str:
    """The text as it can be printed: one line, no hidden characters; what no font has is named, as [U+1F600]."""
    can_print = printable or is_printable
    kept = []
    for char in unicodedata.normalize("NFC", text):
        category = unicodedata.category(char)
        if char.isspace():
            kept.append("\u00a0" if char == "\u00a0" else " ")
        elif category == "Cf" and char not in KEPT_FORMAT_CHARACTERS or category == "Cc":
            continue
        else:
            kept.append(char if can_print(char) else f"[U+{ord(char):04X}]")
    return " ".join(word for word in "".join(kept).split(" ") if word)


def is_printable(char: str) -> bool:
    """Whether one of the fonts that travel with us has this character."""
    return (char.isascii() and char.isprintable()) or _probe(char)


def _is_latin(char: str) -> bool:
    return char.isprintable() and ord(char) < 0x180


@lru_cache(maxsize=8192)
def _probe(char: str) -> bool:
    # The engine itself answers, so that the answer can never differ from what it does with the real document.
    if unicodedata.category(char) in ("Co", "Cs", "Cn"):
        return False
    try:
        _print_alone(char)
    except typst.TypstError:
        return False
    return True


def _print_alone(char: str) -> None:
    typst.compile(
        b'#set text(font: ("Libertinus Serif", "Noto Naskh Arabic", "DejaVu Sans Mono"))\n#sys.inputs.char',
        font_paths=_fonts(),
        ignore_system_fonts=True,
        format="pdf",
        sys_inputs={"char": char},
        pdf_standards=["a-3b"],
        timestamp=0,
    )


def _clean(value: object, printable: Callable[[str], bool]) -> object:
    if isinstance(value, str):
        return printable_text(value, printable)
    if isinstance(value, Mapping):
        return {key: _clean(inner, printable) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_clean(inner, printable) for inner in value]
    return value
