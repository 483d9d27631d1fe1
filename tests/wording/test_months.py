"""A month is called as everybody calls it: no text of ours stands in for Django's names."""

from datetime import date

import pytest
from django.utils import translation
from django.utils.formats import date_format

NAMES = {
    "id": "Jan Feb Mar Apr Mei Jun Jul Agu Sep Okt Nov Des",
    "en": "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec",
}


@pytest.mark.parametrize("language", NAMES)
def test_short_names_of_months(language: str) -> None:
    with translation.override(language):
        told = [date_format(date(2026, month, 1), "M") for month in range(1, 13)]
    assert " ".join(told) == NAMES[language]


def test_may_is_no_permission() -> None:
    with translation.override("ur"):
        assert date_format(date(2026, 5, 1), "M") == date_format(date(2026, 5, 1), "F")
