"""Problems and follow-ups as officers write them, and the reasons for which reports are returned (domain.md 7.4)."""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from config.demo.catalogue import EVENT, GOODS, SALARY, TIME, WORKS
from config.demo.chance import pick, stream
from config.demo.plan import WHOLE, Item, Stand

BEHIND = Decimal(-5)  # W-4: from here on a deviation is yellow


@dataclass(frozen=True, slots=True)
class Said:
    """What goes beside the figures; empty where nothing is wrong."""

    problems: tuple[str, ...] = ()
    problem: str = ""
    follow_up: str = ""
    in_charge: str = ""
    due: date | None = None
    note: str = ""


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

EVIDENCE, NUMBERS, CUMULATIVE, STATUS, NARRATIVE = "evidence", "numbers", "cumulative", "status", "narrative"
RETURN_REASONS = ((EVIDENCE, 40), (NUMBERS, 25), (CUMULATIVE, 15), (STATUS, 10), (NARRATIVE, 10))
RETURN_TEXTS = {
    EVIDENCE: "Bukti pendukung belum lengkap: lampirkan SP2D dan dokumentasi kegiatan bulan ini.",
    NUMBERS: "Nilai realisasi tidak sama dengan SP2D pada register bendahara. Mohon dicocokkan kembali.",
    CUMULATIVE: "Nilai yang diisi tampaknya kumulatif. Isikan realisasi bulan ini saja.",
    STATUS: "Status pelaksanaan tidak sesuai dengan keadaan pekerjaan. Mohon diperbaiki.",
    NARRATIVE: "Uraian permasalahan dan tindak lanjut terlalu singkat. Mohon dilengkapi.",
}


def said(item: Item, stand: Stand, month: int, points: Decimal) -> Said:
    """Words for one report whose progress is `points` in all after this month."""
    rng = stream("said", item.key, month)
    if item.sub.kind in (SALARY, TIME):
        return Said()
    whole = item.target if item.mode == "VOLUME" else WHOLE
    planned = WHOLE * sum(stand.physical[:month], Decimal(0)) / whole
    if points - planned >= BEHIND:
        return Said(note=rng.choice(NOTES) if rng.random() < 0.08 else "")
    category = pick(rng, LIKELY.get(item.sub.kind, ELSE_LIKELY))
    problem, follow_up = rng.choice(TEMPLATES[category])
    due = date(2026, min(month + 1, 12), 1) + timedelta(days=rng.randint(9, 27))
    return Said((category,), problem, follow_up, item.place.head, due)
