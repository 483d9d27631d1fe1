"""What agencies do: sub-activities with codes of the public nomenclature, and how each spends (domain.md 7.3).

`kind` says how money flows: SALARY, TIME (bills that come each month), ROUTINE, EVENT, GOODS, WORKS, TRANSFER.
"""

from dataclasses import dataclass

from config.demo.agencies import DISTRICT, HEALTH_CENTRE, HOSPITAL, SECTION, UPTD, WARD, Place

SALARY, TIME, ROUTINE, EVENT = "SALARY", "TIME", "ROUTINE", "EVENT"
GOODS, WORKS, TRANSFER = "GOODS", "WORKS", "TRANSFER"


@dataclass(frozen=True, slots=True)
class SubActivity:
    """One entry of the nomenclature as an agency carries it; `share` > 0: of the agency's large works and transfers."""

    code: str
    name: str
    output_unit: str
    kind: str
    share: float = 0


# The common programme, X.XX.01: every agency has it under its first field of government.
COMMON = (
    ("2.01.0001", "Penyusunan Dokumen Perencanaan Perangkat Daerah", "Dokumen", ROUTINE),
    ("2.02.0001", "Penyediaan Gaji dan Tunjangan ASN", "Orang/bulan", SALARY),
    ("2.08.0002", "Penyediaan Jasa Komunikasi, Sumber Daya Air dan Listrik", "Laporan", TIME),
    ("2.06.0009", "Penyelenggaraan Rapat Koordinasi dan Konsultasi SKPD", "Laporan", ROUTINE),
    ("2.06.0002", "Penyediaan Peralatan dan Perlengkapan Kantor", "Paket", ROUTINE),
    ("2.09.0002", "Penyediaan Jasa Pemeliharaan, Biaya Pemeliharaan, Pajak dan Perizinan Kendaraan Dinas Operasional "
     "atau Lapangan", "Unit", ROUTINE),
    ("2.07.0006", "Pengadaan Peralatan dan Mesin Lainnya", "Unit", GOODS),
    ("2.01.0006", "Koordinasi dan Penyusunan Laporan Capaian Kinerja dan Ikhtisar Realisasi Kinerja SKPD", "Laporan", ROUTINE),
    ("2.01.0007", "Evaluasi Kinerja Perangkat Daerah", "Laporan", ROUTINE),
    ("2.02.0003", "Pelaksanaan Penatausahaan dan Pengujian/Verifikasi Keuangan SKPD", "Dokumen", ROUTINE),
    ("2.05.0002", "Pengadaan Pakaian Dinas beserta Atribut Kelengkapannya", "Paket", EVENT),
    ("2.06.0001", "Penyediaan Komponen Instalasi Listrik/Penerangan Bangunan Kantor", "Paket", ROUTINE),
    ("2.06.0004", "Penyediaan Bahan Logistik Kantor", "Paket", ROUTINE),
    ("2.06.0005", "Penyediaan Barang Cetakan dan Penggandaan", "Paket", ROUTINE),
    ("2.08.0004", "Penyediaan Jasa Pelayanan Umum Kantor", "Laporan", TIME),
    ("2.09.0009", "Pemeliharaan/Rehabilitasi Gedung Kantor dan Bangunan Lainnya", "Unit", GOODS),
)  # fmt: skip
COMMON_PROGRAMME = "Program Penunjang Urusan Pemerintahan Daerah"
COMMON_ACTIVITIES = {
    "2.01": "Perencanaan, Penganggaran, dan Evaluasi Kinerja Perangkat Daerah",
    "2.02": "Administrasi Keuangan Perangkat Daerah",
    "2.05": "Administrasi Kepegawaian Perangkat Daerah",
    "2.06": "Administrasi Umum Perangkat Daerah",
    "2.07": "Pengadaan Barang Milik Daerah Penunjang Urusan Pemerintah Daerah",
    "2.08": "Penyediaan Jasa Penunjang Urusan Pemerintahan Daerah",
    "2.09": "Pemeliharaan Barang Milik Daerah Penunjang Urusan Pemerintahan Daerah",
    "2.10": "Peningkatan Pelayanan BLUD",
}

# Read in public lists: code | name | unit of output | kind | share of the agency's large works and transfers
KNOWN = {
    "disdikbud": """
1.01.02.2.01.0047|Pembangunan Ruang Kelas Baru|Ruang|WORKS|13
1.01.02.2.01.0051|Rehabilitasi Sedang/Berat Ruang Kelas|Ruang|WORKS|11
1.01.02.2.01.0029|Pengelolaan Dana BOS Sekolah Dasar|Peserta Didik|TRANSFER|34
1.01.02.2.02.0042|Pengelolaan Dana BOS Sekolah Menengah Pertama|Peserta Didik|TRANSFER|19
1.01.02.2.01.0006|Pembangunan Sarana, Prasarana dan Utilitas Sekolah|Unit|WORKS|8
1.01.02.2.01.0014|Pengadaan Mebel Sekolah|Paket|GOODS|3
1.01.02.2.01.0001|Pembangunan Unit Sekolah Baru|Unit|WORKS|9
1.01.02.2.02.0012|Pembangunan Sarana, Prasarana dan Utilitas Sekolah Menengah Pertama|Unit|WORKS|0
1.01.02.2.03.0018|Pengelolaan Dana BOP PAUD|Peserta Didik|TRANSFER|3
1.01.02.2.04.0017|Pengelolaan Dana BOP Sekolah Nonformal/Kesetaraan|Peserta Didik|TRANSFER|0""",
    "dinkes": """
1.02.02.2.02.0026|Pengelolaan Jaminan Kesehatan Masyarakat|Dokumen|TRANSFER|24
1.02.02.2.01.0014|Pengadaan Alat Kesehatan/Alat Penunjang Medik Fasilitas Pelayanan Kesehatan|Unit|GOODS|8
1.02.02.2.01.0023|Pengadaan Obat, Bahan Habis Pakai, Bahan Medis Habis Pakai, Vaksin|Paket|GOODS|11
1.02.02.2.01.0006|Pengembangan Puskesmas|Unit|WORKS|9
1.02.02.2.02.0011|Pengelolaan Pelayanan Kesehatan Orang Terduga Tuberkulosis|Orang|ROUTINE|0
1.02.02.2.02.0015|Pengelolaan Pelayanan Kesehatan Gizi Masyarakat|Dokumen|EVENT|0
2.14.04.2.02.0006|Pendampingan Keluarga Berisiko Stunting|Keluarga|ROUTINE|0""",
    "dpupr": """
1.03.10.2.01.0053|Pembangunan Jalan|Km|WORKS|34
1.03.10.2.01.0055|Rehabilitasi Jalan|Km|WORKS|22
1.03.10.2.01.0051|Pemeliharaan Rutin Jalan|Km|WORKS|8
1.03.02.2.02.0014|Rehabilitasi Jaringan Irigasi Permukaan|Km|WORKS|9
1.03.03.2.01.0026|Peningkatan SPAM Jaringan Perpipaan|SR|WORKS|8
1.03.03.2.01.0028|Pembangunan SPAM Jaringan Perpipaan|SR|WORKS|10
1.03.02.2.01.0122|Rehabilitasi Kanal Banjir|Km|WORKS|9
1.03.02.2.02.0021|Operasi dan Pemeliharaan Jaringan Irigasi Permukaan|Km|ROUTINE|0""",
    "satpolpp": "1.05.02.2.01.0025|Peningkatan Kapasitas SDM Satuan Polisi Pamong Praja|Orang|EVENT|0",
    "dinsos": "1.06.05.2.02.0006|Pemberian Bantuan Sosial Kesejahteraan Keluarga|Keluarga|TRANSFER|0",
    "disnakertrans": "2.07.03.2.01.0001|Pelatihan Keterampilan bagi Pencari Kerja|Orang|EVENT|0",
    "dp3a": "2.08.02.2.01.01|Koordinasi dan Sinkronisasi Pelaksanaan Pengarusutamaan Gender|Dokumen|EVENT|0",
    "dishub": "2.15.02.2.02.0001|Penyediaan Perlengkapan Jalan di Jalan Kabupaten|Unit|GOODS|100",
    "diskominfo": """
2.16.02.2.01.0021|Pengelolaan Media Komunikasi Publik|Dokumen|ROUTINE|0
2.20.02.2.01.0001|Koordinasi dan Sinkronisasi Penyelenggaraan Statistik Sektoral|Dokumen|EVENT|0
2.21.02.2.01.0004|Pelaksanaan Layanan Keamanan Informasi Pemerintah Daerah|Laporan|ROUTINE|0""",
    "diskop": """
2.17.07.2.01.0015|Peningkatan Kapasitas Usaha Mikro|Orang|EVENT|0
3.30.04.2.02.0003|Pelaksanaan Operasi Pasar|Laporan|EVENT|0""",
    "dpmptsp": "2.18.04.2.01.0006|Penyediaan Pelayanan Terpadu Perizinan Berusaha Berbasis Risiko|Dokumen|ROUTINE|0",
    "distan": "3.27.03.2.02.0002|Pembangunan, Rehabilitasi dan Pemeliharaan Embung Pertanian|Unit|WORKS|100",
    "setwan": "4.02.02.2.02.0002|Pelaksanaan Reses dan Pendalaman Tugas DPRD|Laporan|ROUTINE|100",
    "bappeda": """
5.01.02.2.01.0001|Analisis Kondisi Daerah, Permasalahan, dan Isu Strategis|Dokumen|ROUTINE|0
5.01.02.2.01.0005|Pelaksanaan Musrenbang Kabupaten|Berita Acara|EVENT|0""",
    "bpkad": """
5.02.02.2.04.0003|Pengelolaan Dana Bagi Hasil Pajak dan Retribusi kepada Desa|Laporan|TRANSFER|17
5.02.02.2.04.0002|Pengelolaan Bantuan Keuangan Alokasi Dana Desa|Laporan|TRANSFER|83""",
    "inspektorat": """
6.01.02.2.01.01|Pengawasan Kinerja Pemerintah Daerah|Laporan|ROUTINE|0
6.01.02.2.01.02|Pengawasan Keuangan Pemerintah Daerah|Laporan|ROUTINE|0
6.01.02.2.01.03|Reviu Laporan Kinerja|Laporan|EVENT|0
6.01.02.2.01.04|Reviu Laporan Keuangan|Laporan|EVENT|0
6.01.02.2.01.05|Pengawasan Desa|Laporan|ROUTINE|0""",
    "bagian-pengadaan": "4.01.03.2.03.0003|Pembinaan dan Advokasi Pengadaan Barang dan Jasa|Dokumen|EVENT|0",
}
# What each kind of sub-unit carries; the same code in each of them (T-20).
BY_KIND = {
    HEALTH_CENTRE: """
1.02.02.2.02.0033|Operasional Pelayanan Puskesmas|Dokumen|ROUTINE|0
1.02.05.2.03.0001|Bimbingan Teknis dan Supervisi Upaya Kesehatan Bersumber Daya Masyarakat|Dokumen|EVENT|0
1.02.02.2.02.0001|Pengelolaan Pelayanan Kesehatan Ibu Hamil|Orang|ROUTINE|0
1.02.02.2.02.0004|Pengelolaan Pelayanan Kesehatan Balita|Orang|ROUTINE|0""",
    HOSPITAL: """
1.02.01.2.10.0001|Pelayanan dan Penunjang Pelayanan BLUD|Unit Kerja|TRANSFER|38
1.02.02.2.01.0014|Pengadaan Alat Kesehatan/Alat Penunjang Medik Fasilitas Pelayanan Kesehatan|Unit|GOODS|6
1.02.02.2.01.0023|Pengadaan Obat, Bahan Habis Pakai, Bahan Medis Habis Pakai, Vaksin|Paket|GOODS|4
1.02.02.2.01.0005|Pengembangan Rumah Sakit|Unit|WORKS|0""",
    WARD: """
7.01.03.2.02.0002|Pembangunan Sarana dan Prasarana Kelurahan|Unit|WORKS|0
7.01.03.2.02.0003|Pemberdayaan Masyarakat di Kelurahan|Orang|EVENT|0""",
    DISTRICT: """
7.01.02.2.02.0003|Pelaksanaan Urusan Pemerintahan yang Terkait dengan Pelayanan Kecamatan|Laporan|ROUTINE|0
7.01.03.2.01.0001|Peningkatan Partisipasi Masyarakat dalam Forum Musyawarah Perencanaan Pembangunan di Desa|Orang|EVENT|0
7.01.06.2.01.0003|Fasilitasi Pengelolaan Keuangan Desa dan Pendayagunaan Aset Desa|Dokumen|ROUTINE|0""",
}


def sub_activities(place: Place, composed: tuple[SubActivity, ...]) -> list[SubActivity]:
    """What a unit carries besides the common programme, the best known first; `composed` fills up."""
    text = KNOWN.get(place.key) or BY_KIND.get(place.kind) or ""
    known = [_parsed(row) for row in text.strip().splitlines()]
    taken = {each.code for each in known}
    if place.kind in (WARD, HEALTH_CENTRE, HOSPITAL):
        return known
    return [*known, *(each for each in composed if each.code not in taken)]


def common_programme(place: Place) -> list[SubActivity]:
    """The common programme under this agency's first field; sub-units and sections leave it to their agency."""
    if place.kind in (SECTION, UPTD, WARD, HEALTH_CENTRE, HOSPITAL):
        return []
    return [SubActivity(f"{place.bidang}.01.{code}", name, unit, kind) for code, name, unit, kind in COMMON]


def _parsed(row: str) -> SubActivity:
    code, name, unit, kind, share = row.split("|")
    return SubActivity(code, name, unit, kind, float(share))
