"""What fills an agency's year besides the best known sub-activities, and names for the levels above (domain.md 1.2)."""

from config.demo.agencies import Place
from config.demo.catalogue import COMMON_ACTIVITIES, COMMON_PROGRAMME, EVENT, GOODS, ROUTINE, SubActivity

URUSAN = {
    "1": "Urusan Pemerintahan Wajib yang Berkaitan dengan Pelayanan Dasar",
    "2": "Urusan Pemerintahan Wajib yang Tidak Berkaitan dengan Pelayanan Dasar",
    "3": "Urusan Pemerintahan Pilihan",
    "4": "Unsur Pendukung Urusan Pemerintahan",
    "5": "Unsur Penunjang Urusan Pemerintahan",
    "6": "Unsur Pengawasan Urusan Pemerintahan",
    "7": "Unsur Kewilayahan",
    "8": "Unsur Pemerintahan Umum",
}
FIELDS = {
    "1.01": "Pendidikan", "1.02": "Kesehatan", "1.03": "Pekerjaan Umum dan Penataan Ruang",
    "1.05": "Ketenteraman dan Ketertiban Umum serta Perlindungan Masyarakat", "1.06": "Sosial", "2.07": "Tenaga Kerja",
    "2.08": "Pemberdayaan Perempuan dan Perlindungan Anak", "2.09": "Pangan", "2.11": "Lingkungan Hidup",
    "2.12": "Administrasi Kependudukan dan Pencatatan Sipil", "2.13": "Pemberdayaan Masyarakat dan Desa",
    "2.14": "Pengendalian Penduduk dan Keluarga Berencana", "2.15": "Perhubungan", "2.16": "Komunikasi dan Informatika",
    "2.17": "Koperasi, Usaha Kecil dan Menengah", "2.18": "Penanaman Modal", "2.19": "Kepemudaan dan Olahraga",
    "2.20": "Statistik", "2.21": "Persandian", "2.23": "Perpustakaan", "3.25": "Kelautan dan Perikanan", "3.27": "Pertanian",
    "3.30": "Perdagangan", "4.01": "Sekretariat Daerah", "4.02": "Sekretariat DPRD", "5.01": "Perencanaan",
    "5.02": "Keuangan", "5.03": "Kepegawaian", "6.01": "Inspektorat Daerah", "7.01": "Kecamatan",
    "8.01": "Kesatuan Bangsa dan Politik",
}  # fmt: skip
# Programmes of the best known sub-activities; others take their subject's name.
PROGRAMMES = {
    "1.01.02": "Program Pengelolaan Pendidikan", "1.02.02": "Program Pemenuhan Upaya Kesehatan Perorangan dan Masyarakat",
    "1.02.05": "Program Pemberdayaan Masyarakat Bidang Kesehatan", "1.03.02": "Program Pengelolaan Sumber Daya Air",
    "1.03.03": "Program Pengelolaan Sistem Penyediaan Air Minum", "1.03.10": "Program Penyelenggaraan Jalan",
    "1.05.02": "Program Peningkatan Ketenteraman dan Ketertiban Umum", "1.06.05": "Program Perlindungan dan Jaminan Sosial",
    "2.07.03": "Program Pelatihan Kerja dan Produktivitas Tenaga Kerja",
    "2.08.02": "Program Pengarusutamaan Gender dan Pemberdayaan Perempuan",
    "2.14.04": "Program Pemberdayaan dan Peningkatan Keluarga Sejahtera",
    "2.15.02": "Program Penyelenggaraan Lalu Lintas dan Angkutan Jalan",
    "2.16.02": "Program Informasi dan Komunikasi Publik", "2.17.07": "Program Pemberdayaan Usaha Mikro",
    "2.18.04": "Program Pelayanan Penanaman Modal", "2.20.02": "Program Penyelenggaraan Statistik Sektoral",
    "2.21.02": "Program Penyelenggaraan Persandian untuk Pengamanan Informasi",
    "3.27.03": "Program Penyediaan dan Pengembangan Prasarana Pertanian",
    "3.30.04": "Program Stabilisasi Harga Barang Kebutuhan Pokok", "4.01.03": "Program Perekonomian dan Pembangunan",
    "4.02.02": "Program Dukungan Pelaksanaan Tugas dan Fungsi DPRD",
    "5.01.02": "Program Perencanaan, Pengendalian dan Evaluasi Pembangunan Daerah",
    "5.02.02": "Program Pengelolaan Keuangan Daerah", "6.01.02": "Program Penyelenggaraan Pengawasan",
    "7.01.02": "Program Penyelenggaraan Pemerintahan dan Pelayanan Publik",
    "7.01.03": "Program Pemberdayaan Masyarakat Desa dan Kelurahan",
    "7.01.06": "Program Pembinaan dan Pengawasan Pemerintahan Desa",
}  # fmt: skip
ACTIVITIES = {
    "1.01.02.2.01": "Pengelolaan Pendidikan Sekolah Dasar", "1.01.02.2.02": "Pengelolaan Pendidikan Sekolah Menengah Pertama",
    "1.01.02.2.03": "Pengelolaan Pendidikan Anak Usia Dini", "1.01.02.2.04": "Pengelolaan Pendidikan Nonformal/Kesetaraan",
    "1.02.02.2.01": "Penyediaan Fasilitas Pelayanan Kesehatan untuk UKM dan UKP",
    "1.02.02.2.02": "Penyediaan Layanan Kesehatan untuk UKM dan UKP Rujukan Tingkat Daerah",
    "1.02.05.2.03": "Pengembangan dan Pelaksanaan Upaya Kesehatan Bersumber Daya Masyarakat",
    "1.03.02.2.01": "Pengelolaan SDA dan Bangunan Pengaman Pantai", "1.03.02.2.02": "Pengembangan dan Pengelolaan Sistem Irigasi",
    "1.03.03.2.01": "Pengelolaan dan Pengembangan SPAM", "1.03.10.2.01": "Penyelenggaraan Jalan Kabupaten",
    "4.01.03.2.01": "Pelaksanaan Kebijakan Perekonomian", "4.01.03.2.03": "Pengelolaan Pengadaan Barang dan Jasa",
    "4.01.03.2.04": "Pemantauan Kebijakan Sumber Daya Alam", "5.02.02.2.04": "Penunjang Urusan Kewenangan Pengelolaan Keuangan",
    "6.01.02.2.01": "Penyelenggaraan Pengawasan Internal", "7.01.03.2.01": "Koordinasi Kegiatan Pemberdayaan Desa",
    "7.01.03.2.02": "Kegiatan Pemberdayaan Kelurahan", "7.01.06.2.01": "Fasilitasi Administrasi Tata Pemerintahan Desa",
}  # fmt: skip
# key -> programmes that the agency carries besides: last two digits of the programme, its subject
SUBJECTS = {
    "disdikbud": (("22", "Kebudayaan dan Cagar Budaya"),), "dinkes": (("03", "Sumber Daya Manusia Kesehatan"),),
    "dpupr": (("08", "Penataan Bangunan Gedung"), ("12", "Penyelenggaraan Penataan Ruang")),
    "satpolpp": (("03", "Penegakan Peraturan Daerah"), ("04", "Perlindungan Masyarakat")),
    "bpbd": (("05", "Pencegahan Bencana"), ("06", "Penanganan Pascabencana")),
    "damkar": (("07", "Pencegahan Kebakaran"), ("08", "Penyelamatan Nonkebakaran")),
    "dinsos": (("02", "Pemberdayaan Sosial"), ("04", "Rehabilitasi Sosial")),
    "disnakertrans": (("04", "Penempatan Tenaga Kerja"), ("05", "Hubungan Industrial")),
    "dp3a": (("03", "Perlindungan Perempuan"), ("06", "Pemenuhan Hak Anak")),
    "dkp": (("03", "Cadangan Pangan Daerah"), ("05", "Pengawasan Keamanan Pangan")),
    "dlhk": (("03", "Pengendalian Pencemaran"), ("11", "Pengelolaan Persampahan")),
    "disdukcapil": (("02", "Pendaftaran Penduduk"), ("03", "Pencatatan Sipil")),
    "dpmd": (("02", "Penataan Desa"), ("04", "Administrasi Pemerintahan Desa")),
    "dishub": (("03", "Angkutan Sungai dan Penyeberangan"), ("04", "Keselamatan Lalu Lintas")),
    "diskominfo": (("03", "Aplikasi Informatika"), ("04", "Infrastruktur Pusat Data")),
    "diskop": (("05", "Pengawasan Koperasi"), ("06", "Pemberdayaan Usaha Mikro")),
    "dpmptsp": (("02", "Iklim Penanaman Modal"), ("05", "Pengendalian Penanaman Modal")),
    "disporapar": (("02", "Daya Saing Kepemudaan"), ("03", "Daya Saing Keolahragaan")),
    "disarpus": (("02", "Pembinaan Perpustakaan"), ("03", "Pelestarian Naskah dan Arsip")),
    "diskan": (("03", "Perikanan Tangkap"), ("04", "Perikanan Budidaya")),
    "distan": (("02", "Sarana Pertanian"), ("04", "Kesehatan Hewan")),
    "setwan": (("03", "Persidangan DPRD"), ("04", "Kehumasan DPRD")),
    "bappeda": (("03", "Koordinasi Perencanaan Pembangunan"), ("05", "Penelitian dan Inovasi Daerah")),
    "bpkad": (("03", "Barang Milik Daerah"), ("04", "Akuntansi dan Pelaporan Keuangan")),
    "bapenda": (("06", "Pajak Daerah"), ("07", "Retribusi Daerah")),
    "bkpsdm": (("02", "Mutasi dan Promosi ASN"), ("03", "Pengembangan Kompetensi ASN")),
    "inspektorat": (("03", "Pencegahan Korupsi"),),
    "kesbangpol": (("02", "Wawasan Kebangsaan"), ("04", "Organisasi Kemasyarakatan")),
    "bagian-pemerintahan": (("02", "Administrasi Kewilayahan"),), "bagian-kesejahteraan": (("05", "Bina Mental Spiritual"),),
    "bagian-hukum": (("06", "Produk Hukum Daerah"),), "bagian-administrasi": (("07", "Pengendalian Pembangunan Daerah"),),
    "bagian-pengadaan": (("08", "Layanan Pengadaan Secara Elektronik"),), "bagian-umum": (("09", "Rumah Tangga Pimpinan"),),
    "bagian-organisasi": (("10", "Reformasi Birokrasi"),), "bagian-protokol": (("11", "Keprotokolan Pimpinan"),),
    "bagian-perencanaan": (("12", "Perencanaan Sekretariat Daerah"),),
    "uptd-dpupr": (("11", "Pengujian Mutu Konstruksi"),), "uptd-disnakertrans": (("06", "Sertifikasi Kompetensi Kerja"),),
    "uptd-dlhk": (("12", "Pemrosesan Akhir Sampah"),),
}  # fmt: skip
WAYS = (
    ("Pembinaan dan Pengawasan {}", "Laporan", ROUTINE),
    ("Koordinasi dan Sinkronisasi {}", "Dokumen", ROUTINE),
    ("Peningkatan Kapasitas Sumber Daya Manusia {}", "Orang", EVENT),
    ("Penyediaan Sarana dan Prasarana {}", "Unit", GOODS),
    ("Penyusunan Rencana dan Kebijakan Teknis {}", "Dokumen", EVENT),
    ("Pengelolaan Data dan Informasi {}", "Dokumen", ROUTINE),
)


FILLING = "90"  # a programme that no agency has


def composed(place: Place) -> tuple[SubActivity, ...]:
    """Sub-activities of the agency's other programmes, in turn from each."""
    subjects = SUBJECTS.get(place.key, ())
    return tuple(
        SubActivity(f"{place.bidang}.{programme}.2.01.{number:04}", way.format(subject), unit, kind)
        for number, (way, unit, kind) in enumerate(WAYS, 1)
        for programme, subject in subjects
    )


def filling(place: Place, number: int) -> SubActivity:
    """The `number`th sub-activity, from 0, of those that only make a unit larger than any real one is."""
    way, unit, kind = WAYS[number % len(WAYS)]
    zone = number // len(WAYS) + 1
    name = f"{way.format(FIELDS[place.bidang])} Zona {zone}"
    return SubActivity(f"{place.bidang}.{FILLING}.2.01.{number + 1:04}", name, unit, kind)


def names_above(codes: dict[str, str], subjects: dict[str, str]) -> dict[str, str]:
    """Nomenclature of the codes in use: each sub-activity (code -> name) and every level above it."""
    named = dict(codes)
    for code in codes:
        parts = code.split(".")
        field, programme, activity = ".".join(parts[:2]), ".".join(parts[:3]), ".".join(parts[:5])
        named[parts[0]] = URUSAN[parts[0]]
        named[field] = f"Urusan Pemerintahan Bidang {FIELDS[field]}" if parts[0] in "123" else FIELDS[field]
        if parts[2] == "01":
            named[programme] = f"{COMMON_PROGRAMME} Kabupaten/Kota"
            named[activity] = COMMON_ACTIVITIES[".".join(parts[3:5])]
        else:
            subject = subjects.get(programme, FIELDS[field])
            named[programme] = PROGRAMMES.get(programme, f"Program {subject}")
            named[activity] = ACTIVITIES.get(activity, f"Penyelenggaraan {subject}")
    return named


def subjects_by_programme(places: list[Place]) -> dict[str, str]:
    """Programme code -> subject, for the programmes that are composed."""
    return {
        f"{place.bidang}.{number}": name for place in places for number, name in SUBJECTS.get(place.key, ())
    }
