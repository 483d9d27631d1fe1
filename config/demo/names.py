"""People who do not exist: names, numbers and ranks (domain.md 7)."""

from collections.abc import Iterator
from dataclasses import dataclass

from config.demo.chance import stream

GIVEN = (
    "Adiwara", "Bening", "Cakrawati", "Danesh", "Elok", "Fajrin", "Gandira", "Hasnawi", "Intanira", "Jayusman", "Kirana",
    "Lodang", "Mentari", "Nurhaliah", "Ompung", "Purnadi", "Ratih", "Syafrun", "Tirtana", "Umbara", "Wening", "Yudawan",
    "Zulmira",
)  # fmt: skip
FAMILY = (
    "Sarkawi", "Batubintang", "Lembayung", "Tanjungsari", "Wiratmaka", "Pelangiwan", "Rimbawan", "Sungailama", "Hastapura",
    "Merantian", "Karangjati", "Ulinwati",
)  # fmt: skip
WOMEN = {
    "Bening",
    "Cakrawati",
    "Elok",
    "Intanira",
    "Kirana",
    "Mentari",
    "Nurhaliah",
    "Ratih",
    "Wening",
    "Zulmira",
}
TITLES = ("S.E.", "S.T.", "S.Sos.", "M.Si.", "S.E., M.Si.", "S.T., M.Si.", "S.Sos., M.Si.")
# Years of birth by office: nobody heads an agency at thirty.
BORN = {"leader": (1968, 1972), "agency_head": (1968, 1976), "section_head": (1970, 1984)}
RANKS = {
    "leader": "Pembina Utama Madya (IV/d)",
    "agency_head": "Pembina Utama Muda (IV/c)",
    "section_head": "Pembina (IV/a)",
    "officer": "Penata Tingkat I (III/d)",
    "auditor": "Penata (III/c)",
}


@dataclass(frozen=True, slots=True)
class Invented:
    """A person: name with titles, NIP (its last three digits, 900 and more, are given to nobody), rank."""

    name: str
    nip: str
    rank: str


class People:
    """Hands out a new person each time; no name with the same titles and no number comes twice."""

    def __init__(self, name: str = "people") -> None:
        self._rng = stream(name)
        self._names = self._all_names()
        self._numbers: set[str] = set()

    def next(self, kind: str) -> Invented:
        """Somebody for an office of this kind."""
        given, name = next(self._names)
        return Invented(
            name, self._nip("2" if given in WOMEN else "1", *BORN.get(kind, (1972, 1998))), RANKS[kind]
        )

    def _all_names(self) -> Iterator[tuple[str, str]]:
        pairs = [(given, family) for given in GIVEN for family in FAMILY]
        for turn in range(len(TITLES)):
            self._rng.shuffle(pairs)
            for place, (given, family) in enumerate(pairs):
                # A second family name keeps people apart when every pair has been used once.
                more = f" {FAMILY[(FAMILY.index(family) + turn) % len(FAMILY)]}" if turn else ""
                yield given, f"{given} {family}{more}, {TITLES[(place + turn) % len(TITLES)]}"

    def _nip(self, sex: str, earliest: int, latest: int) -> str:
        while True:
            year = self._rng.randint(earliest, latest)
            born = f"{year}{self._rng.randint(1, 12):02}{self._rng.randint(1, 28):02}"
            began = min(year + self._rng.randint(22, 30), 2024)
            nip = (
                f"{born}{began}{self._rng.choice(('01', '03', '04', '12'))}{sex}{self._rng.randint(900, 999)}"
            )
            if nip not in self._numbers:
                self._numbers.add(nip)
                return nip
