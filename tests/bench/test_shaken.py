"""Acts at random are for a demonstration's figures."""

from typing import Any

import pytest

from bench import shaken


def test_the_figures_of_a_production_are_not_shaken(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shaken.embedded, "ready", lambda _checkout: None)
    settings.PRODUCTION = True
    with pytest.raises(SystemExit, match="only a demonstration"):
        shaken.main(["--acts", "1"])
