"""What makes a password too easy to guess, beside its length (NIST SP 800-63B 3.1.1.2).

No kinds of characters are asked for, spaces and any script count, and a password stays good until somebody knows it.
"""

import re
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from wording.sentences import say

LEAST = 8  # characters that nobody could have foreseen
# What everybody here thinks of first; names of the person and of the government come beside it.
FORESEEN = (
    "jenjang", "password", "passphrase", "rahasia", "katasandi", "sandi", "admin", "administrator", "kabupaten", "kota",
    "provinsi", "pemerintah", "realisasi", "laporan", "keuangan", "anggaran", "merdeka", "indonesia", "pakistan", "selamat",
    "datang", "welcome", "letmein", "qwerty", "qwertz", "asdf", "zxcv", "abc", "bismillah", "januari", "desember",
)  # fmt: skip
ORDERED = ("0123456789", "abcdefghijklmnopqrstuvwxyz", "qwertyuiop", "asdfghjkl", "zxcvbnm")


class Guessable:
    """Refuses what is left too short once the foreseeable is taken out."""

    def validate(self, password: str, user: Any = None) -> None:
        length = len(_unforeseen(password.casefold(), _names(user)))
        if length < LEAST:
            raise ValidationError(say("password.guessable", {"length": length, "shortest": LEAST}))

    def get_help_text(self) -> str:
        return _("A sentence that only you would think of is good; spaces are welcome.")


def _names(user: Any) -> list[str]:
    told = [getattr(user, field, None) or "" for field in ("username", "name", "nip", "email")]
    return [word for text in told for word in re.split(r"[\W_]+", text.casefold()) if len(word) > 2]


def _unforeseen(password: str, names: list[str]) -> str:
    """What is left without foreseeable words, runs of the keyboard or the alphabet, years, and repetitions."""
    left = re.sub(r"[\W_]+", " ", password)
    for word in sorted((*FORESEEN, *names), key=len, reverse=True):
        left = left.replace(word, " ")
    left = re.sub(r"(19|20)\d\d", " ", left)
    left = re.sub(r"\S{4,}", lambda run: " " if _ordered(run.group()) else run.group(), left)
    return re.sub(r"(.{1,12}?)\1+", r"\1", "".join(left.split()))


def _ordered(run: str) -> bool:
    return any(run in f"{line}{line}" or run in f"{line}{line}"[::-1] for line in ORDERED)
