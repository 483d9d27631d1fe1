"""Problems and follow-ups as officers write them, and the reasons for which reports are returned (domain.md 7.4)."""

from dataclasses import dataclass

from config.demo.catalogue import EVENT, GOODS, WORKS
from config.demo.chance import pick, stream
from config.demo.plan import Item


@dataclass(frozen=True, slots=True)
class Trouble:
    """A problem, and what is done about it."""

    category: str
    problem: str
    follow_up: str


# category -> (problem, follow-up)
TEMPLATES: dict[str, tuple[tuple[str, str], ...]] = {
    "PROCUREMENT": (
        (
            "Pemilihan penyedia gagal karena tidak ada penawaran yang memenuhi syarat.",
            "Pemilihan ulang dengan HPS yang ditinjau kembali.",
        ),
        (
            "Dokumen pemilihan masih dilengkapi, paket belum tayang di sistem pengadaan.",
            "Melengkapi dokumen dan menayangkan paket.",
        ),
        ("Paket menunggu hasil reviu kelompok kerja pemilihan.", "Berkoordinasi dengan bagian pengadaan untuk percepatan reviu."),
    ),
    "LAND": (
        ("Sebagian lahan lokasi pekerjaan belum dibebaskan.", "Musyawarah dengan pemilik lahan difasilitasi camat."),
        ("Sertifikat lahan lokasi kegiatan masih dalam proses.", "Berkoordinasi dengan kantor pertanahan."),
    ),
    "TECH_GUIDELINE": (
        (
            "Petunjuk teknis dana transfer baru terbit sehingga pelaksanaan mundur.",
            "Menyesuaikan rencana kerja dengan petunjuk teknis.",
        ),
        ("Petunjuk pelaksanaan kegiatan belum ditetapkan.", "Mengusulkan penetapan petunjuk pelaksanaan."),
    ),
    "BUDGET_SHIFT": (
        ("Sebagian belanja menunggu pergeseran anggaran disahkan.", "Melengkapi usulan pergeseran anggaran."),
    ),
    "EFFICIENCY_CUT": (
        ("Perjalanan dinas dikurangi karena efisiensi belanja.", "Menyesuaikan jumlah kegiatan dan memakai rapat daring."),
    ),
    "CASH": (
        ("Anggaran kas triwulan ini tidak cukup untuk membayar seluruh tagihan.", "Mengusulkan perubahan anggaran kas."),
        ("Surat penyediaan dana terbit pada akhir bulan.", "Mengajukan SPP segera setelah SPD terbit."),
    ),
    "DESIGN_DOC": (
        ("Gambar perencanaan perlu disesuaikan dengan kondisi lapangan.", "Reviu desain bersama konsultan perencana."),
    ),
    "PROVIDER": (
        ("Penyedia terlambat mendatangkan peralatan ke lokasi.", "Surat teguran dan rapat pembuktian dengan penyedia."),
        ("Tenaga kerja penyedia kurang dari jadwal.", "Meminta penyedia menambah tenaga kerja."),
    ),
    "MATERIAL": (
        ("Material datang terlambat karena alur sungai surut.", "Mengatur jadwal pengiriman lewat darat."),
    ),
    "WEATHER_FORCE_MAJEURE": (
        ("Hujan dan banjir menghentikan pekerjaan selama sembilan hari.", "Menambah jam kerja sesudah air surut."),
    ),
    "HR": (
        ("Pelaksana kegiatan dimutasi dan penggantinya masih menyesuaikan.", "Serah terima pekerjaan dan pendampingan."),
        ("Jumlah pelaksana tidak sebanding dengan volume pekerjaan.", "Pembagian ulang tugas antarbidang."),
    ),
    "COORDINATION": (
        ("Jadwal narasumber dan peserta belum disepakati.", "Menetapkan jadwal baru bersama pihak terkait."),
        ("Data dari perangkat daerah lain belum lengkap.", "Menyurati perangkat daerah terkait."),
    ),
    "SYSTEM": (
        (
            "Aplikasi penatausahaan nasional tidak dapat diakses selama empat hari.",
            "Mengajukan pencairan sesudah aplikasi pulih.",
        ),
    ),
}  # fmt: skip
LIKELY = {
    WORKS: (
        ("PROCUREMENT", 35),
        ("LAND", 15),
        ("DESIGN_DOC", 10),
        ("PROVIDER", 15),
        ("MATERIAL", 10),
        ("WEATHER_FORCE_MAJEURE", 15),
    ),
    GOODS: (("PROCUREMENT", 60), ("TECH_GUIDELINE", 20), ("PROVIDER", 10), ("CASH", 10)),
    EVENT: (("COORDINATION", 50), ("EFFICIENCY_CUT", 30), ("HR", 20)),
}
ELSE_LIKELY = (
    ("CASH", 25),
    ("SYSTEM", 20),
    ("HR", 20),
    ("COORDINATION", 15),
    ("EFFICIENCY_CUT", 10),
    ("BUDGET_SHIFT", 10),
)
NOTES = (
    "Pekerjaan berjalan sesuai jadwal.", "Pelayanan kepada masyarakat berjalan lancar.",
    "Kegiatan dilaksanakan bersama kecamatan dan desa.",
)  # fmt: skip

# rule -> why it is right all the same
EXPLANATIONS: dict[str, tuple[str, ...]] = {
    "V-06": ("Pagu sudah dihapus dalam pergeseran; nilai ini mengoreksi bulan yang lalu.",),
    "V-10": ("Kekurangan gaji akan ditutup pada perubahan anggaran yang sedang diusulkan.",),
    "V-14": (
        "Tagihan datang lebih awal dari rencana kas; SPD triwulan ini masih mencukupi.",
        "Pembayaran dimajukan karena pekerjaan selesai lebih cepat dari jadwal.",
        "Sudah dibicarakan dengan bendahara; anggaran kas akan disesuaikan pada triwulan berikutnya.",
    ),
    "V-15": (
        "Dibayar sekaligus sesuai kontrak; nilai sudah dicocokkan dengan SP2D.",
        "Belanja ini memang hanya sekali dalam setahun, sesuai rencana kas.",
        "Beberapa tagihan bulan lalu baru dibayar bulan ini; SP2D terlampir.",
        "Nilai sudah diperiksa bersama bendahara pengeluaran, tidak ada kelebihan nol.",
    ),
    "V-16": (
        "Perbedaan waktu: SP2D terbit tanggal terakhir dan baru tercatat bulan depan.",
        "Uang persediaan sudah dibelanjakan tetapi belum dipertanggungjawabkan.",
    ),
    "V-17": ("Uang muka sesuai kontrak, pekerjaan dimulai bulan depan.",),
    "V-18": (
        "Bahan sudah dibeli dan dibayar, pemasangan baru bulan berikutnya.",
        "Honor dan perjalanan dinas dibayar di muka tahapan; hasilnya menyusul.",
        "Uang muka penyedia sudah dibayar sesuai kontrak, pekerjaan fisik menyusul.",
    ),
    "V-22": (
        "Benar hanya bulan ini: pembayaran termin terbesar jatuh pada bulan ini.",
        "Sudah diperiksa, bukan angka kumulatif. Kegiatan dipusatkan pada bulan ini.",
        "Nilai bulan ini saja; bulan-bulan sebelumnya baru tahap persiapan.",
    ),
    "V-25": ("Kontrak diputus, sehingga pekerjaan kembali ke tahap sebelumnya.",),
    "V-26": (
        "Menunggu tahapan berikutnya sesuai jadwal; tidak ada kegiatan lapangan.",
        "Pekerjaan menunggu pengesahan dokumen, direncanakan berlanjut bulan depan.",
    ),
    "V-41": ("Foto yang sama dipakai karena keadaan di lapangan belum berubah.",),
    "V-61": ("PPTK pengganti sedang diusulkan; laporan diisi oleh atasan langsung.",),
}

EVIDENCE, NUMBERS, CUMULATIVE, STATUS, NARRATIVE = "evidence", "numbers", "cumulative", "status", "narrative"
RETURN_REASONS = ((EVIDENCE, 40), (NUMBERS, 25), (CUMULATIVE, 15), (STATUS, 10), (NARRATIVE, 10))
RETURN_TEXTS = {
    EVIDENCE: "Bukti pendukung belum lengkap: lampirkan SP2D dan dokumentasi kegiatan bulan ini.",
    NUMBERS: "Nilai realisasi tidak sama dengan SP2D pada register bendahara. Mohon dicocokkan kembali.",
    CUMULATIVE: "Nilai yang diisi tampaknya kumulatif. Isikan realisasi bulan ini saja.",
    STATUS: "Status pelaksanaan tidak sesuai dengan keadaan pekerjaan. Mohon diperbaiki.",
    NARRATIVE: "Uraian permasalahan dan tindak lanjut terlalu singkat. Mohon dilengkapi.",
}


def note(item: Item, month: int) -> str:
    """What the public reads beside the figures of some reports."""
    rng = stream("note", item.key, month)
    return rng.choice(NOTES) if rng.random() < 0.08 else ""


def trouble(item: Item, month: int, again: int) -> Trouble:
    """What stands in an item's way: the same for a quarter, unless it was solved `again` times."""
    rng = stream("trouble", item.key, (month - 1) // 3, again)
    category = pick(rng, LIKELY.get(item.sub.kind, ELSE_LIKELY))
    return Trouble(category, *rng.choice(TEMPLATES[category]))


def explanation(rule: str, *story: object) -> str:
    """Why a warning of this rule is right after all, as an officer writes it."""
    return stream("explanation", rule, *story).choice(EXPLANATIONS[rule])
