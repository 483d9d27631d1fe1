"""The static files as a site finds them when it starts: looked for once in this process, not once for each browser.

Every `django.test.Client` builds the whole chain of middlewares, and WhiteNoise then looks at each static file there is.
"""

from typing import Any, ClassVar

from whitenoise.middleware import WhiteNoiseMiddleware


class StaticOnce(WhiteNoiseMiddleware):
    """WhiteNoise that remembers what its finders found."""

    files: dict[str, Any]
    found: ClassVar[dict[str, Any]] = {}

    def add_files_from_finders(self) -> None:
        if not self.found:
            super().add_files_from_finders()
            self.found.update(self.files)
        self.files = self.found
