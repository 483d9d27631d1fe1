"""Accounts by kind of spending, fund sources and the shapes of cash plans (domain.md 7.3, 7.4)."""

from dataclasses import dataclass
from random import Random

from config.demo.catalogue import EVENT, GOODS, ROUTINE, SALARY, TIME, TRANSFER, WORKS

TRAVEL = "5.1.02.04."  # cut by the efficiency measure of March


@dataclass(frozen=True, slots=True)
class Account:
    """An account as plans print it, and its usual share of what an item spends."""

    code: str
    name: str
    weight: float


def _pool(text: str) -> tuple[Account, ...]:
    rows = (row.split("|") for row in text.split("\n") if row)
    return tuple(Account(code, name, float(weight)) for code, name, weight in rows)


_OFFICE = """
5.1.02.01.001.00024|Belanja Alat/Bahan untuk Kegiatan Kantor-Alat Tulis Kantor|4
5.1.02.01.001.00025|Belanja Alat/Bahan untuk Kegiatan Kantor-Kertas dan Cover|3
5.1.02.01.001.00026|Belanja Alat/Bahan untuk Kegiatan Kantor-Bahan Cetak|4
5.1.02.01.001.00052|Belanja Makanan dan Minuman Rapat|8
5.1.02.04.001.00001|Belanja Perjalanan Dinas Biasa|22
5.1.02.04.001.00003|Belanja Perjalanan Dinas Dalam Kota|7
5.1.02.02.001.00003|Honorarium Narasumber atau Pembahas, Moderator, Pembawa Acara, dan Panitia|9
5.1.02.02.001.00004|Honorarium Tim Pelaksana Kegiatan dan Sekretariat Tim Pelaksana Kegiatan|6
5.1.02.01.001.00027|Belanja Alat/Bahan untuk Kegiatan Kantor-Benda Pos|1
5.1.02.01.001.00029|Belanja Alat/Bahan untuk Kegiatan Kantor-Bahan Komputer|3
"""
POOLS = {
    SALARY: _pool("""
5.1.01.01.001.00001|Belanja Gaji Pokok PNS|48
5.1.01.01.001.00002|Belanja Gaji Pokok PPPK|11
5.1.01.01.002.00001|Belanja Tunjangan Keluarga PNS|5
5.1.01.01.003.00001|Belanja Tunjangan Jabatan PNS|3
5.1.01.01.004.00001|Belanja Tunjangan Fungsional PNS|4
5.1.01.01.005.00001|Belanja Tunjangan Fungsional Umum PNS|1.5
5.1.01.01.006.00001|Belanja Tunjangan Beras PNS|3
5.1.01.01.007.00001|Belanja Tunjangan PPh/Tunjangan Khusus PNS|0.6
5.1.01.01.008.00001|Belanja Pembulatan Gaji PNS|0.01
5.1.01.01.009.00001|Belanja Iuran Jaminan Kesehatan PNS|2.4
5.1.01.01.010.00001|Belanja Iuran Jaminan Kecelakaan Kerja PNS|0.2
5.1.01.01.011.00001|Belanja Iuran Jaminan Kematian PNS|0.6
5.1.01.02.001.00001|Tambahan Penghasilan Berdasarkan Beban Kerja PNS|14
5.1.01.02.005.00001|Tambahan Penghasilan Berdasarkan Prestasi Kerja PNS|7"""),
    TIME: _pool("""
5.1.02.02.001.00061|Belanja Tagihan Listrik|34
5.1.02.02.001.00030|Belanja Jasa Tenaga Kebersihan|24
5.1.02.02.001.00063|Belanja Kawat/Faksimili/Internet/TV Berlangganan|14
5.1.02.02.001.00060|Belanja Tagihan Air|6
5.1.02.02.001.00059|Belanja Tagihan Telepon|3
5.1.02.02.001.00031|Belanja Jasa Tenaga Keamanan|20
5.1.02.02.001.00029|Belanja Jasa Tenaga Supir|12
5.1.02.01.001.00036|Belanja Alat/Bahan untuk Kegiatan Kantor Lainnya|3"""),
    ROUTINE: _pool(
        _OFFICE
        + """
5.1.02.03.002.00035|Belanja Pemeliharaan Alat Angkutan Darat Bermotor-Kendaraan Bermotor Penumpang|6
5.1.02.01.001.00031|Belanja Alat/Bahan untuk Kegiatan Kantor-Alat Listrik|2
5.1.02.01.001.00030|Belanja Alat/Bahan untuk Kegiatan Kantor-Perabot Kantor|2
5.1.02.02.001.00026|Belanja Jasa Tenaga Administrasi|9
5.1.02.01.001.00058|Belanja Makanan dan Minuman Aktivitas Lapangan|3
5.1.02.02.001.00067|Belanja Pembayaran Pajak, Bea, dan Perizinan|1
5.1.02.01.001.00004|Belanja Bahan-Bahan Bakar dan Pelumas|6
5.1.02.03.002.00405|Belanja Pemeliharaan Komputer-Komputer Unit-Personal Computer|2"""
    ),
    EVENT: _pool(
        _OFFICE
        + """
5.1.02.02.001.00047|Belanja Jasa Penyelenggaraan Acara|18
5.1.02.02.005.00043|Belanja Sewa Hotel|12
5.1.02.02.012.00001|Belanja Kursus Singkat/Pelatihan|11
5.1.02.01.001.00064|Belanja Pakaian Batik Tradisional|3
5.1.02.02.001.00080|Belanja Jasa Iklan/Reklame, Film, dan Pemotretan|2
5.1.02.02.004.00036|Belanja Sewa Kendaraan Bermotor Penumpang|5"""
    ),
    GOODS: _pool(
        _OFFICE
        + """
5.2.02.05.001.00005|Belanja Modal Alat Kantor Lainnya|34
5.2.02.10.001.00002|Belanja Modal Personal Computer|30
5.2.02.05.002.00001|Belanja Modal Mebel|24
5.2.02.10.002.00003|Belanja Modal Peralatan Personal Computer|12
5.1.01.03.007.00002|Belanja Honorarium Pengadaan Barang/Jasa|2
5.2.02.05.001.00004|Belanja Modal Alat Penyimpan Perlengkapan Kantor|8"""
    ),
    WORKS: _pool("""
5.2.04.01.001.00003|Belanja Modal Jalan Kabupaten|62
5.2.03.01.001.00001|Belanja Modal Bangunan Gedung Kantor|48
5.2.04.02.001.00005|Belanja Modal Bangunan Pembawa Irigasi|20
5.1.02.02.009.00012|Belanja Jasa Konsultansi Perencanaan Teknis|5
5.1.02.02.009.00013|Belanja Jasa Konsultansi Pengawasan Konstruksi|5
5.1.01.03.007.00002|Belanja Honorarium Pengadaan Barang/Jasa|0.5
5.1.02.01.001.00024|Belanja Alat/Bahan untuk Kegiatan Kantor-Alat Tulis Kantor|0.4
5.1.02.01.001.00026|Belanja Alat/Bahan untuk Kegiatan Kantor-Bahan Cetak|0.4
5.1.02.01.001.00052|Belanja Makanan dan Minuman Rapat|0.4
5.1.02.04.001.00001|Belanja Perjalanan Dinas Biasa|0.8
5.1.02.04.001.00003|Belanja Perjalanan Dinas Dalam Kota|0.6
5.1.02.02.001.00004|Honorarium Tim Pelaksana Kegiatan dan Sekretariat Tim Pelaksana Kegiatan|0.6"""),
    TRANSFER: _pool("""
5.1.05.05.001.00001|Belanja Hibah Dana BOS yang Diterima oleh Satuan Pendidikan|60
5.4.02.05.002.00001|Belanja Bantuan Keuangan kepada Desa|60
5.1.02.02.002.00005|Belanja Iuran Jaminan Kesehatan bagi Non-ASN|60
5.1.06.01.001.00001|Belanja Bantuan Sosial Uang yang Direncanakan kepada Individu|40
5.1.02.99.099.00001|Belanja Barang dan Jasa BLUD|60
5.1.02.01.001.00024|Belanja Alat/Bahan untuk Kegiatan Kantor-Alat Tulis Kantor|0.4
5.1.02.01.001.00025|Belanja Alat/Bahan untuk Kegiatan Kantor-Kertas dan Cover|0.3
5.1.02.01.001.00052|Belanja Makanan dan Minuman Rapat|0.5
5.1.02.04.001.00001|Belanja Perjalanan Dinas Biasa|0.8
5.1.02.02.001.00003|Honorarium Narasumber atau Pembahas, Moderator, Pembawa Acara, dan Panitia|0.4"""),
}
# What a transfer or work is for decides its main account, which comes first.
MAIN = {
    "BOS": "5.1.05.05.001.00001", "BOP": "5.1.05.05.001.00001", "Desa": "5.4.02.05.002.00001",
    "Jaminan": "5.1.02.02.002.00005", "Bantuan Sosial": "5.1.06.01.001.00001", "BLUD": "5.1.02.99.099.00001",
    "Jalan": "5.2.04.01.001.00003", "Irigasi": "5.2.04.02.001.00005", "Kanal": "5.2.04.02.001.00005",
    "SPAM": "5.2.04.02.001.00005", "Embung": "5.2.04.02.001.00005",
}  # fmt: skip
ELSE_MAIN = {WORKS: "5.2.03.01.001.00001", TRANSFER: "5.1.02.02.002.00005"}
MAINS = {*MAIN.values(), *ELSE_MAIN.values()}

LINES = {
    SALARY: (13, 14),
    TIME: (4, 8),
    ROUTINE: (6, 12),
    EVENT: (6, 11),
    GOODS: (4, 9),
    WORKS: (5, 9),
    TRANSFER: (3, 6),
}
FUNDS = {
    SALARY: (("DTU-DAU", 1.0),),
    TIME: (("PAD", 0.7), ("DTU-DAU", 0.3)),
    ROUTINE: (("PAD", 0.6), ("DTU-DAU", 0.3), ("DTU-DBH", 0.1)),
    EVENT: (("PAD", 0.6), ("DTU-DAU", 0.3), ("DTU-DBH", 0.1)),
    GOODS: (("PAD", 0.5), ("DTU-DBH", 0.3), ("DAK Fisik", 0.2)),
    WORKS: (("DTU-DBH", 0.4), ("DTU-DAU", 0.3), ("DAK Fisik", 0.2), ("Bankeu Provinsi", 0.1)),
    TRANSFER: (("DAK Non Fisik", 0.5), ("DTU-DAU", 0.5)),
}
SECOND_FUND = "DTU-DBH"

SHAPES: dict[str, tuple[float, ...]] = {
    # Holiday allowance in March, thirteenth salary in June.
    SALARY: (7.6, 7.6, 12, 7.6, 7.6, 12, 7.6, 7.6, 7.6, 7.6, 7.6, 7.6),
    TIME: (1,) * 12,
    ROUTINE: (1,) * 12,
    TRANSFER: (1,) * 12,
    GOODS: (0, 0, 5, 15, 20, 20, 15, 10, 5, 5, 5, 0),
    WORKS: (0, 0, 0, 5, 10, 15, 15, 15, 12, 10, 10, 8),
}


def shape(kind: str, rng: Random) -> tuple[float, ...]:
    """Share of each month in the cash plan; an event is paid in the one month in which it takes place."""
    if kind != EVENT:
        return SHAPES[kind]
    month = rng.choice((2, 3, 4, 4, 5, 5, 6, 7, 7, 8, 9, 10, 10, 11))
    return tuple(float(number == month) for number in range(1, 13))


def physical_shape(kind: str, cash: tuple[float, ...]) -> tuple[float, ...]:
    """Work comes before its payment: half a month earlier on the whole; bills come evenly."""
    if kind in (SALARY, TIME, ROUTINE, TRANSFER):
        return (1.0,) * 12
    if kind == EVENT:
        month = cash.index(max(cash))
        return tuple(70.0 if place == month else 30.0 if place == month - 1 else 0.0 for place in range(12))
    earlier = (*cash[1:], 0.0)
    return tuple((now + soon) / 2 for now, soon in zip(cash, earlier, strict=True))


def accounts(kind: str, name: str, number: int, rng: Random) -> list[tuple[Account, str]]:
    """`number` accounts with their fund source for an item; beyond the pool the same accounts from a second source."""
    pool = [account for account in POOLS[kind] if account.code not in MAINS or kind not in ELSE_MAIN]
    if kind in ELSE_MAIN:
        main = next((code for word, code in MAIN.items() if word in name), ELSE_MAIN[kind])
        pool.insert(0, next(account for account in POOLS[kind] if account.code == main))
    first, rest = pool[:1], pool[1:]
    rng.shuffle(rest)
    chosen = sorted([*first, *rest][:number], key=lambda account: account.code)
    fund = rng.choices([each for each, _ in FUNDS[kind]], [share for _, share in FUNDS[kind]])[0]
    other = SECOND_FUND if fund != SECOND_FUND else "PAD"
    more = sorted([*first, *rest][: max(0, number - len(pool))], key=lambda account: account.code)
    return [(account, fund) for account in chosen] + [(account, other) for account in more]


def short(code: str) -> str:
    """The older width of an account: 5.1.02.01.001.00024 -> 5.1.02.01.01.0024."""
    *head, object_, number = code.split(".")
    return ".".join([*head, f"{int(object_):02}", f"{int(number):04}"])
