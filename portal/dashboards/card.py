"""One card at the head of the overview."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Card:
    """One card: what is counted, the figure as it is read, what it means, and the page with its rows."""

    label: str
    value: str
    url: str
    words: str = ""
    hue: str = ""  # "", green, amber, red, violet: the tag beside the words
    tag: str = ""  # the word in the tag
