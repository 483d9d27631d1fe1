#!/usr/bin/env python3
"""Jenjang's command line."""

import os
import sys
from pathlib import Path

from django.core.management import execute_from_command_line

from config import embedded

# These ask the database nothing, so they do not start one.
WITHOUT_DATABASE = {
    "bootstrap_db", "check", "check_templates", "collectstatic", "compilemessages", "custodian_key", "declare_restore", "help",
    "ledger_witness", "makemessages", "makemigrations", "messages", "pg_start", "pg_stop", "rules_table", "--help", "--version",
    "version",
}  # fmt: skip

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    if len(sys.argv) > 1 and sys.argv[1] not in WITHOUT_DATABASE:
        embedded.ready(Path(__file__).resolve().parent)
    execute_from_command_line(sys.argv)
