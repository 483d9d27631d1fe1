"""The regency's organisation: 45 agencies, their sub-units, sections, and how heavy each is (domain.md 7.2)."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from config.demo.chance import stream

GOVERNMENT_CODE, GOVERNMENT_NAME = "99.01", "Kabupaten Mahakarsa Hulu"
PROVINCE = "Provinsi Kalimantan Purnama"
AGENCY, DISTRICT, SECTION, WARD = "AGENCY", "DISTRICT", "SECTION", "WARD"
HEALTH_CENTRE, HOSPITAL, UPTD = "HEALTH_CENTRE", "HOSPITAL", "UPTD"


@dataclass(frozen=True, slots=True)
class Place:
    """A unit of the tree. `kind` as in registry.Unit; `bidang` is the field its common programme is written in.

    `weight` is the agency's share of what large works and transfers cost; zero: only ordinary items.
    """

    key: str
    kind: str
    code: str
    name: str
    bidang: str
    head: str
    children: tuple["Place", ...] = ()
    bureaus: Sequence[str] = field(default_factory=tuple)  # titles of those who verify
    weight: float = 0


def _code(bidangs: str, number: int, sub: int = 0) -> str:
    slots = [*bidangs.split(), "0.00", "0.00"][:3]
    return f"{'.'.join(slots)}.{number:02}.{sub:04}"


# key, fields of government, number, name, two fields of work (their heads verify), weight
LINE_AGENCIES = (
    ("disdikbud", "1.01 2.22", 1, "Dinas Pendidikan dan Kebudayaan", ("Pembinaan Pendidikan Dasar", "Sarana dan Prasarana"), 31),
    ("dinkes", "1.02 2.14", 1, "Dinas Kesehatan, Pengendalian Penduduk dan KB", ("Kesehatan Masyarakat", "Sumber Daya"), 19),
    ("dpupr", "1.03 1.04", 1, "Dinas Pekerjaan Umum, Penataan Ruang dan Perumahan Rakyat",
     ("Bina Marga", "Sumber Daya Air"), 27),
    ("satpolpp", "1.05", 1, "Satuan Polisi Pamong Praja", ("Ketertiban Umum", "Penegakan Perundang-undangan"), 0),
    ("bpbd", "1.05", 2, "Badan Penanggulangan Bencana Daerah", ("Pencegahan dan Kesiapsiagaan", "Rekonstruksi"), 0),
    ("damkar", "1.05", 3, "Dinas Pemadam Kebakaran dan Penyelamatan", ("Pencegahan", "Pemadaman dan Penyelamatan"), 0),
    ("dinsos", "1.06", 1, "Dinas Sosial", ("Perlindungan dan Jaminan Sosial", "Pemberdayaan Sosial"), 0),
    ("disnakertrans", "2.07 3.32", 1, "Dinas Tenaga Kerja dan Transmigrasi", ("Pelatihan dan Produktivitas", "Transmigrasi"), 0),
    ("dp3a", "2.08", 1, "Dinas Pemberdayaan Perempuan dan Perlindungan Anak", ("Pengarusutamaan Gender", "Perlindungan Anak"), 0),
    ("dkp", "2.09", 1, "Dinas Ketahanan Pangan", ("Ketersediaan Pangan", "Konsumsi dan Keamanan Pangan"), 0),
    ("dlhk", "2.11 3.28", 1, "Dinas Lingkungan Hidup dan Kehutanan", ("Pengelolaan Sampah", "Penataan Lingkungan"), 0),
    ("disdukcapil", "2.12", 1, "Dinas Kependudukan dan Pencatatan Sipil", ("Pendaftaran Penduduk", "Pencatatan Sipil"), 0),
    ("dpmd", "2.13", 1, "Dinas Pemberdayaan Masyarakat dan Desa", ("Pemerintahan Desa", "Usaha Ekonomi Masyarakat"), 0),
    ("dishub", "2.15", 1, "Dinas Perhubungan", ("Lalu Lintas", "Angkutan"), 3),
    ("diskominfo", "2.16 2.20 2.21", 1, "Dinas Komunikasi dan Informatika", ("Komunikasi Publik", "Statistik dan Persandian"), 0),
    ("diskop", "2.17 3.30 3.31", 1, "Dinas Koperasi, UKM, Perindustrian dan Perdagangan", ("Koperasi dan UKM", "Perdagangan"), 0),
    ("dpmptsp", "2.18", 1, "Dinas Penanaman Modal dan Pelayanan Terpadu Satu Pintu", ("Penanaman Modal", "Perizinan"), 0),
    ("disporapar", "2.19 3.26", 1, "Dinas Kepemudaan, Olahraga dan Pariwisata", ("Keolahragaan", "Destinasi Wisata"), 0),
    ("disarpus", "2.23 2.24", 1, "Dinas Kearsipan dan Perpustakaan", ("Perpustakaan", "Kearsipan"), 0),
    ("diskan", "3.25", 1, "Dinas Perikanan", ("Perikanan Budidaya", "Perikanan Tangkap"), 0),
    ("distan", "3.27", 1, "Dinas Pertanian dan Peternakan", ("Prasarana dan Sarana", "Tanaman Pangan"), 3),
    ("setda", "4.01", 1, "Sekretariat Daerah", ("", ""), 0),
    ("setwan", "4.02", 1, "Sekretariat DPRD", ("Umum dan Keuangan", "Persidangan"), 2),
    ("bappeda", "5.01 5.05", 1, "Badan Perencanaan Pembangunan Daerah", ("Perencanaan dan Pengendalian", "Penelitian"), 0),
    ("bpkad", "5.02", 1, "Badan Pengelola Keuangan dan Aset Daerah", ("Anggaran", "Perbendaharaan"), 15),
    ("bapenda", "5.02", 2, "Badan Pendapatan Daerah", ("Pendataan dan Penetapan", "Penagihan"), 0),
    ("bkpsdm", "5.03 5.04", 1, "Badan Kepegawaian dan Pengembangan SDM", ("Mutasi dan Promosi", "Pengembangan Kompetensi"), 0),
    ("inspektorat", "6.01", 1, "Inspektorat", ("Pengawasan I", "Pengawasan II"), 0),
    ("kesbangpol", "8.01", 1, "Badan Kesatuan Bangsa dan Politik", ("Wawasan Kebangsaan", "Kewaspadaan Nasional"), 0),
)  # fmt: skip
DISTRICTS = (
    "Mahakarsa Kota", "Rimba Tengah", "Hulu Bening", "Muara Lembayung", "Tanjung Ulin", "Karang Purnama", "Batu Tirta",
    "Sungai Kirana", "Long Merantian", "Teluk Hastapura", "Loa Sarkawi", "Bukit Pelangi", "Danau Wening", "Lubuk Cakra",
    "Tiwa Seberang", "Simpang Umbara",
)  # fmt: skip
WARDS = (
    "Bening Hulu", "Bening Hilir", "Kampung Baru", "Pasar Lama", "Ulin Jaya", "Ulin Damai", "Tirta Sari", "Karang Asri",
    "Teluk Dalam", "Tanjung Puri", "Lembah Sari", "Rimba Jaya", "Pelangi Timur", "Pelangi Barat", "Muara Jaya",
)  # fmt: skip
SIDES = (
    "", "Utara", "Selatan", "Timur", "Barat", "Tengah", "Dalam", "Luar", "Atas", "Bawah", "Baru", "Lama", "Hulu", "Hilir",
    "Darat", "Seberang", "Muara", "Tanjung", "Pinggir", "Simpang",
)  # fmt: skip
# Beyond the demonstration: more districts, and wards in them.
MORE_DISTRICTS = (
    "Rantau Asri", "Kuala Wening", "Batu Kirana", "Tanah Pelangi", "Ulak Bening", "Sebrang Ulin", "Long Purnama",
    "Muara Hastapura", "Loa Cakra", "Sungai Merantian", "Danau Umbara", "Teluk Lembayung", "Bukit Sarkawi", "Karang Tirta",
    "Simpang Rimba",
)  # fmt: skip
WARDS_OF = {1: 15, 2: 15, 3: 14}
MOST_WARDS = 15
HEALTH_CENTRES = (
    "Mahakarsa Kota I", "Mahakarsa Kota II", "Rimba Tengah", "Hulu Bening", "Muara Lembayung", "Tanjung Ulin",
    "Karang Purnama", "Batu Tirta", "Sungai Kirana", "Long Merantian", "Teluk Hastapura", "Loa Sarkawi",
)  # fmt: skip
SECTIONS = (
    "Pemerintahan", "Kesejahteraan Rakyat", "Hukum", "Perekonomian dan Sumber Daya Alam", "Administrasi Pembangunan",
    "Pengadaan Barang dan Jasa", "Umum", "Organisasi", "Protokol dan Komunikasi Pimpinan", "Perencanaan dan Keuangan",
)  # fmt: skip
LARGE = ("disdikbud", "dinkes", "dpupr")
REAL_SECTION = "bagian-perekonomian"
TECHNICAL_UNITS = {
    "dpupr": "UPTD Laboratorium Bahan Konstruksi",
    "disnakertrans": "UPTD Balai Latihan Kerja",
    "dlhk": "UPTD Tempat Pemrosesan Akhir Sampah",
}


def head_title(name: str) -> str:
    """What the head of an agency is called: "Kepala Dinas Sosial", "Sekretaris Daerah", "Inspektur"."""
    special = {
        "Sekretariat Daerah": "Sekretaris Daerah",
        "Sekretariat DPRD": "Sekretaris DPRD",
        "Inspektorat": "Inspektur",
    }
    return special.get(name) or f"Kepala {name}"


def bureau_titles(key: str, name: str, fields: tuple[str, str]) -> tuple[str, ...]:
    """Those who verify there: the first the common programme, the others what the agency is for."""
    if key == "setda":
        return ("Asisten Administrasi Umum",)
    if key == "setwan":
        return tuple(f"Kepala Bagian {each}" for each in fields)
    if key == "inspektorat":
        return (f"Sekretaris {name}", "Inspektur Pembantu Wilayah I")
    bureaus = fields if key in LARGE else fields[:1]
    return (f"Sekretaris {name}", *(f"Kepala Bidang {each}" for each in bureaus))


def regency() -> tuple[Place, ...]:
    """The agencies of profile demo: 45 with 60 sub-units and the ten sections of the Regional Secretariat."""
    agencies = [_line_agency(*row) for row in LINE_AGENCIES]
    return (
        *agencies,
        *(_district(number, WARDS_OF.get(number, 0)) for number in range(1, len(DISTRICTS) + 1)),
    )


def large_regency(agencies: int, units: int) -> tuple[Place, ...]:
    """The same with more districts and wards, until there are as many agencies and sub-units (sections not counted)."""
    lines = [_line_agency(*row) for row in LINE_AGENCIES]
    places = sum(len(each.children) for each in lines if each.key != "setda")
    wards, left = dict(WARDS_OF), units - places - sum(WARDS_OF.values())
    districts = range(1, agencies - len(lines) + 1)
    for number in districts[len(WARDS_OF) :]:
        wards[number] = min(left, MOST_WARDS)
        left -= wards[number]
    if left:
        raise ValueError(f"{left} sub-units find no district")
    return (*lines, *(_district(number, wards[number]) for number in districts))


def small_regency() -> tuple[Place, ...]:
    """Profile tiny: two agencies and a technical unit (three units with 24 items), and the section with the real plan."""
    rows = {row[0]: row for row in LINE_AGENCIES}
    setda = _line_agency(*rows["setda"])
    real = tuple(child for child in setda.children if child.key == REAL_SECTION)
    return (
        _line_agency(*rows["dpupr"]),
        _line_agency(*rows["diskominfo"]),
        Place(setda.key, setda.kind, setda.code, setda.name, setda.bidang, setda.head, real, (), 0),
    )


def _line_agency(
    key: str, bidangs: str, number: int, name: str, fields: tuple[str, str], weight: float
) -> Place:
    return Place(
        key=key,
        kind=AGENCY,
        code=_code(bidangs, number),
        name=name,
        bidang=bidangs.split()[0],
        head=head_title(name),
        children=tuple(_children(key, bidangs, number)),
        bureaus=bureau_titles(key, name, fields),
        weight=weight,
    )


def _children(key: str, bidangs: str, number: int) -> list[Place]:
    bidang = bidangs.split()[0]

    def place(kind: str, sub: int, name: str, head: str, child: str) -> Place:
        return Place(child, kind, _code(bidangs, number, sub), name, bidang, head)

    if key == "dinkes":
        centres = [
            place(HEALTH_CENTRE, sub, f"Puskesmas {name}", f"Kepala Puskesmas {name}", f"puskesmas-{sub}")
            for sub, name in enumerate(HEALTH_CENTRES, 1)
        ]
        hospital = "RSUD Mahakarsa Medika"
        return [*centres, place(HOSPITAL, len(centres) + 1, hospital, f"Direktur {hospital}", "rsud")]
    if key == "setda":
        return [
            place(
                SECTION, sub, f"Bagian {name}", f"Kepala Bagian {name}", f"bagian-{name.split()[0].lower()}"
            )
            for sub, name in enumerate(SECTIONS, 1)
        ]
    if key in TECHNICAL_UNITS:
        name = TECHNICAL_UNITS[key]
        return [place(UPTD, 1, name, f"Kepala {name}", f"uptd-{key}")]
    return []


def _district(number: int, wards: int) -> Place:
    place = (*DISTRICTS, *MORE_DISTRICTS)[number - 1]
    name = f"Kecamatan {place}"
    side = SIDES[number - 1] if wards else ""
    # Wards of one regency have different names; the order differs from district to district.
    names = stream("wards", number).sample(WARDS, wards)
    children = tuple(
        Place(
            f"kelurahan-{number}-{sub}", WARD, _code("7.01", number, sub), f"Kelurahan {ward} {side}".strip(), "7.01",
            f"Lurah {ward} {side}".strip(),
        )
        for sub, ward in enumerate(names, 1)
    )  # fmt: skip
    return Place(
        f"kecamatan-{number}", DISTRICT, _code("7.01", number), name, "7.01", f"Camat {place}", children,
        (f"Sekretaris {name}",),
    )  # fmt: skip
