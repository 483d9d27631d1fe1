"""Why a file is not taken."""

from typing import Any


class FileRefused(Exception):
    """A file that cannot be taken: a code and its parameters, for `wording.sentences.say`."""

    def __init__(self, code: str, params: dict[str, Any]) -> None:
        super().__init__(code)
        self.code, self.params = code, params
