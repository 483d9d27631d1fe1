"""What `deploy/` gives an administrator works: units that systemd accepts, programs that exist, a backup that is whole."""

import os
import re
import shlex
import subprocess
from pathlib import Path

import pytest
from django.conf import settings

from config import embedded
from tests.cast import World
from tests.databases import CHECKOUT

UNITS = sorted((CHECKOUT / "deploy" / "systemd").iterdir())
SERVICES = [unit for unit in UNITS if unit.suffix == ".service"]
DOCUMENT = CHECKOUT / "docs" / "operating.md"


def value(unit: Path, name: str) -> str:
    found = re.findall(rf"^{name}=(.*)$", unit.read_text(), re.MULTILINE)
    assert len(found) == 1, f"{unit.name}: {name} stands {len(found)} times"
    return found[0]


@pytest.mark.parametrize("unit", SERVICES, ids=lambda unit: unit.name)
def test_a_unit_starts_a_program_that_is_there_with_options_that_it_knows(unit: Path) -> None:
    program, *words = shlex.split(value(unit, "ExecStart").replace("/opt/jenjang", str(CHECKOUT)))
    assert Path(program).exists()
    if program.endswith("backup.sh"):
        return
    # The same words with --help at the end: an option that is not known makes these programs fail.
    answer = subprocess.run(
        [program, *words, "--help"], cwd=CHECKOUT, capture_output=True, text=True, timeout=300,
        env={**os.environ, "DJANGO_SETTINGS_MODULE": "tests.settings"},
    )  # fmt: skip
    assert answer.returncode == 0, answer.stderr
    for option in [
        word for word in words if word.startswith("--") and word != "--app"
    ]:  # that one is celery's own
        assert option.split("=")[0] in answer.stdout, f"{unit.name}: {option}"


def test_the_sealer_alone_has_its_key_and_the_site_never_logs_in_as_owner() -> None:
    for unit in SERVICES:
        told = unit.read_text()
        assert ("sealer.env" in told) == (unit.stem == "jenjang-sealer")
        assert ("owner.env" in told) == (unit.stem == "jenjang-backup")
        assert "NoNewPrivileges=yes" in told and "ProtectSystem=strict" in told
    for name in ("sealer", "owner"):  # the group is the web server's too
        assert f"install -m 0600 deploy/{name}.env.example" in DOCUMENT.read_text()
    site = (CHECKOUT / "deploy" / "jenjang.env.example").read_text()
    assert not re.search("OWNER|ADMIN|SEALER_URL", site)


def test_the_document_names_each_file_and_each_variable_that_the_examples_use() -> None:
    text = DOCUMENT.read_text()
    for unit in UNITS:
        assert unit.name in text, f"docs/operating.md does not name {unit.name}"
    for example in (CHECKOUT / "deploy").glob("*.env.example"):
        for name in re.findall(r"^([A-Z_]+)=", example.read_text(), re.MULTILINE):
            assert f"`{name}`" in text, f"docs/operating.md does not say what {name} is"


def test_a_night_leaves_a_dump_and_the_files_and_keeps_only_so_many(
    committed: dict[str, str], cast: World, tmp_path: Path
) -> None:
    data, backup = tmp_path / "data", tmp_path / "backup"
    (data / "files" / "evidence").mkdir(parents=True)
    (data / "files" / "evidence" / "a.png").write_bytes(b"first")
    backup.mkdir()
    for day in ("2026-01-01", "2026-01-02", "2026-01-03"):
        (backup / f"jenjang-{day}T000000Z.dump").write_bytes(b"old")
    programs = embedded.programs(settings.DATA_DIR)
    environ = {
        **os.environ, "DATABASE_DUMP_URL": committed["superuser"], "JENJANG_DATA": str(data), "BACKUP": str(backup),
        "KEEP": "2", "PG_DUMP": str(programs / "pg_dump"), "PG_RESTORE": str(programs / "pg_restore"),
    }  # fmt: skip
    script = str(CHECKOUT / "deploy" / "backup.sh")
    done = subprocess.run([script], env=environ, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr
    dump = Path(done.stdout.strip())
    listed = subprocess.run(
        [str(programs / "pg_restore"), "--list", str(dump)],
        capture_output=True,
        text=True,
        timeout=300,
        check=True,
    )
    assert (
        "TABLE DATA public submissions_report " in listed.stdout
        and "TABLE DATA ledger event " in listed.stdout
    )
    assert sorted(one.name for one in backup.glob("*.dump")) == ["jenjang-2026-01-03T000000Z.dump", dump.name]
    # What was copied once is never written over, and nothing goes.
    (data / "files" / "evidence" / "a.png").write_bytes(b"changed by a thief")
    (data / "files" / "b.pdf").write_bytes(b"second")
    (backup / dump.name).rename(backup / "jenjang-2026-01-04T000000Z.dump")
    assert subprocess.run([script], env=environ, capture_output=True, timeout=300).returncode == 0
    assert (backup / "files" / "evidence" / "a.png").read_bytes() == b"first"
    assert (backup / "files" / "b.pdf").read_bytes() == b"second"


def test_a_backup_that_cannot_be_made_leaves_nothing_that_looks_like_one(tmp_path: Path) -> None:
    environ = {
        **os.environ, "DATABASE_DUMP_URL": "postgresql://nobody@127.0.0.1:1/none", "JENJANG_DATA": str(tmp_path),
        "BACKUP": str(tmp_path / "backup"), "PG_DUMP": str(embedded.programs(settings.DATA_DIR) / "pg_dump"),
    }  # fmt: skip
    done = subprocess.run(
        [str(CHECKOUT / "deploy" / "backup.sh")], env=environ, capture_output=True, timeout=300
    )
    assert done.returncode != 0 and not list((tmp_path / "backup").glob("jenjang-*.dump"))
