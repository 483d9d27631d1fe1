"""Charts that the server draws: a line chart of plan, actual and forecast, and bars. No database; the same numbers, the same
picture.

Each has one message, which is its title; lines and bars carry their names themselves instead of a legend; the numbers stand in
a table beneath. On a page the style sheet gives the colours, which follow light, dark and print; on paper and in mail the same
picture brings them along as attributes of its own. Time runs from left to right in every language.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe
from django.utils.text import Truncator
from django.utils.translation import gettext as _

from wording.numbers import NOTHING, points

WIDTH, HEIGHT = 500, 264
LEFT, RIGHT, TOP, BOTTOM = 30, 354, 14, 232  # of the plot; the names of the lines stand right of it
APART = 20  # between two names
ROW, BAR, LONGEST_NAME = 44, 372, 50
# What the style sheet says on a page, for where there is none.
ON_PAPER = {
    "c-grid": 'stroke="#dbe0de" stroke-width="1"',
    "c-axis": 'fill="#4b5754" font-size="11"',
    "c-word": 'fill="#17211f" font-size="13"',
    "c-plan": 'fill="none" stroke="#77827f" stroke-width="1.5"',
    "c-actual": 'fill="none" stroke="#0b5d5e" stroke-width="3" stroke-linejoin="round"',
    "c-forecast": 'fill="none" stroke="#0b5d5e" stroke-width="2" stroke-dasharray="5 4"',
    "c-dot": 'fill="#0b5d5e" stroke="#0b5d5e" stroke-width="2"',
    "c-open": 'fill="#ffffff" stroke="#0b5d5e" stroke-width="2"',
    "c-back": 'fill="#eceeed"',
    "c-bar": 'fill="#0b5d5e"',
    "c-tick": 'stroke="#17211f" stroke-width="2"',
}
FONTS = "Libertinus Serif, Noto Naskh Arabic, sans-serif"


@dataclass(frozen=True, slots=True)
class Point:
    """One month: percent of the whole, None where it is not known; `complete`: all that should have reported did."""

    label: str
    plan: Decimal | None
    actual: Decimal | None
    forecast: Decimal | None = None
    complete: bool = True


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar: percent, beside its plan; `url`: where its rows are."""

    label: str
    value: Decimal | None
    plan: Decimal | None = None
    note: str = ""
    url: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    """One row of the table beneath."""

    label: str
    cells: tuple[str, ...]
    url: str = ""


@dataclass(frozen=True, slots=True)
class Shape:
    """One element of a picture: its tag, what the style sheet calls it, its geometry, and its text."""

    tag: str
    look: str
    place: str
    text: str = ""


@dataclass(frozen=True, slots=True)
class Chart:
    """A picture, the sentence it proves, and its numbers in words."""

    title: str
    description: str
    head: tuple[str, ...]
    rows: tuple[Row, ...]
    width: int
    height: int
    shapes: tuple[Shape, ...]

    @property
    def svg(self) -> SafeString:
        """For a page: classes only."""
        return self._drawn('class="chart-picture"', paper=False)

    @property
    def alone(self) -> SafeString:
        """As a file of its own, for paper and mail: presentation attributes only."""
        size = f'xmlns="http://www.w3.org/2000/svg" width="{self.width}" height="{self.height}" font-family="{FONTS}"'
        return self._drawn(size, paper=True)

    def _drawn(self, head: str, *, paper: bool) -> SafeString:
        words = f"<title>{escape(self.title)}</title><desc>{escape(self.description)}</desc>"
        inner = "".join(_element(shape, paper) for shape in self.shapes)
        opening = f'<svg {head} viewBox="0 0 {self.width} {self.height}" direction="ltr" role="img">'
        return mark_safe(f"{opening}{words}{inner}</svg>")  # noqa: S308 - every text in it was escaped


def s_curve(title: str, points_of_year: Sequence[Point]) -> Chart:
    """W-8: plan, actual and forecast, cumulative in percent, month by month. A hollow dot is an incomplete month."""
    places = _places(len(points_of_year))
    known = [at for at, point in enumerate(points_of_year) if point.actual is not None]
    forecast = [
        each.actual if [at] == known[-1:] else each.forecast for at, each in enumerate(points_of_year)
    ]
    lines = (
        ("c-plan", _("plan"), [point.plan for point in points_of_year]),
        ("c-actual", _("actual"), [point.actual for point in points_of_year]),
        (
            "c-forecast",
            _("forecast"),
            forecast if any(one.forecast is not None for one in points_of_year) else [],
        ),
    )
    shapes = [*_grid(), *_months(points_of_year, places)]
    for look, _name, values in lines:
        shapes += _line(look, values, places)
    shapes += _dots(points_of_year, places)
    shapes += _names([(look, name, _last(values)) for look, name, values in lines])
    head = (_("Month"), _("Plan, %"), _("Actual, %"), _("Forecast, %"))
    rows = tuple(
        Row(one.label, (points(one.plan), _actual(one), points(one.forecast))) for one in points_of_year
    )
    return Chart(title, _told(lines), head, rows, WIDTH, HEIGHT, tuple(shapes))


def bars(title: str, rows: Sequence[Bar]) -> Chart:
    """Bars in the order given, each with its name, its figure and, as a tick, its plan; percent of the whole."""
    shapes: list[Shape] = []
    for number, row in enumerate(rows):
        shapes += _bar(row, number * ROW)
    head = (_("Name"), _("Actual, %"), _("Plan, %"), _("Note"))
    told = tuple(Row(one.label, (points(one.value), points(one.plan), one.note), one.url) for one in rows)
    description = "; ".join(f"{one.label}: {percent(one.value)}" for one in rows)
    return Chart(title, description, head, told, WIDTH, max(len(rows), 1) * ROW, tuple(shapes))


def _element(shape: Shape, paper: bool) -> str:
    look = "" if not shape.look else f" {ON_PAPER[shape.look]}" if paper else f' class="{shape.look}"'
    return f"<{shape.tag}{look} {shape.place}>{escape(shape.text)}</{shape.tag}>"


def _places(count: int) -> list[float]:
    """Where the months stand on the line, from left to right."""
    step = (RIGHT - LEFT) / max(count - 1, 1)
    return [round(LEFT + step * at, 1) for at in range(count)]


def _height(value: Decimal) -> float:
    """How low a percentage stands in the plot; what is above the whole stands at its edge."""
    share = float(max(Decimal(0), min(value, Decimal(102)))) / 100
    return round(BOTTOM - share * (BOTTOM - TOP), 1)


def _grid() -> Iterator[Shape]:
    for whole in (0, 25, 50, 75, 100):
        y = _height(Decimal(whole))
        yield Shape("line", "c-grid", f'x1="{LEFT}" x2="{RIGHT}" y1="{y}" y2="{y}"')
        yield Shape("text", "c-axis", f'x="{LEFT - 6}" y="{y + 4}" text-anchor="end"', f"{whole}")


def _months(of_year: Sequence[Point], places: Sequence[float]) -> Iterator[Shape]:
    """The names of the months, every other one where there are many, so that none runs into the next."""
    for at, point in enumerate(of_year):
        if at % 2 == 0 or len(of_year) <= 6:
            yield Shape(
                "text", "c-axis", f'x="{places[at]}" y="{BOTTOM + 20}" text-anchor="middle"', point.label
            )


def _line(look: str, values: Sequence[Decimal | None], places: Sequence[float]) -> Iterator[Shape]:
    """One line for each run of known values: what is not known is a gap."""
    run: list[str] = []
    for at, value in enumerate([*values, None]):
        if value is not None:
            run.append(f"{places[at]},{_height(value)}")
        elif run:
            if len(run) > 1:
                yield Shape("polyline", look, f'points="{" ".join(run)}"')
            run = []


def _dots(of_year: Sequence[Point], places: Sequence[float]) -> Iterator[Shape]:
    for at, point in enumerate(of_year):
        if point.actual is not None:
            look = "c-dot" if point.complete else "c-open"
            yield Shape("circle", look, f'cx="{places[at]}" cy="{_height(point.actual)}" r="3.5"')


def _names(ends: Sequence[tuple[str, str, Decimal | None]]) -> Iterator[Shape]:
    """The name and last figure of each line, at its end, never one upon another."""
    known = sorted(((_height(value), name, value) for _look, name, value in ends if value is not None))
    floor = float(TOP - APART)
    heights = []
    for y, _name, _value in known:
        floor = max(y + 4, floor + APART)
        heights.append(floor)
    over = max(0.0, heights[-1] - (BOTTOM + 4)) if heights else 0.0
    for y, (_y, name, value) in zip(heights, known, strict=True):
        place = f'x="{RIGHT + 9}" y="{round(y - over, 1)}"'
        # The figure comes first: after a word from right to left it would change places with its sign.
        yield Shape("text", "c-word", place, f"{percent(value, 1)} {name}")


def _bar(row: Bar, y: int) -> Iterator[Shape]:
    name = Truncator(row.label).chars(LONGEST_NAME)
    yield Shape("text", "c-word", f'x="0" y="{y + 15}"', name)
    yield Shape("rect", "c-back", f'x="0" y="{y + 22}" width="{BAR}" height="12"')
    if row.value is not None:
        long = round(float(max(Decimal(0), min(row.value, Decimal(100)))) * BAR / 100, 1)
        yield Shape("rect", "c-bar", f'x="0" y="{y + 22}" width="{long}" height="12"')
    if row.plan is not None:
        at = round(float(max(Decimal(0), min(row.plan, Decimal(100)))) * BAR / 100, 1)
        yield Shape("line", "c-tick", f'x1="{at}" x2="{at}" y1="{y + 19}" y2="{y + 37}"')
    yield Shape("text", "c-word", f'x="{BAR + 9}" y="{y + 33}"', percent(row.value))


def _last(values: Sequence[Decimal | None]) -> Decimal | None:
    return next((value for value in reversed(values) if value is not None), None)


def _actual(point: Point) -> str:
    if point.actual is None or point.complete:
        return points(point.actual)
    return _("%(figure)s (incomplete)") % {"figure": points(point.actual)}


def _told(lines: Sequence[tuple[str, str, Sequence[Decimal | None]]]) -> str:
    return "; ".join(f"{name}: {percent(_last(values))}" for _look, name, values in lines if values)


def percent(value: Decimal | None, places: int = 2) -> str:
    """A percentage with its sign, "–" where there is none."""
    return NOTHING if value is None else f"{points(value, places=places)} %"
