"""Signing batches and signatories, to look at."""

from django.contrib import admin

from approvals.models import Signatory, SigningBatch
from ledger.admin import ClosedAdmin


@admin.register(SigningBatch)
class SigningBatchAdmin(ClosedAdmin):
    list_display = ("document_no", "period", "state", "signer_name", "signer_title", "created_at", "moved_at")
    list_filter = ("state",)
    list_select_related = ("period",)
    search_fields = ("document_no", "signer_name")
    ordering = ("-pk",)
    # Files are read on the signers' own pages, which ask who may.
    fields = (
        "document_no", "period", "state", "signer", "signer_name", "signer_title", "prepared_sha256", "signed_sha256",
        "backend", "level", "external_id", "attempts", "last_refusal", "void_code", "void_params", "created_at", "moved_at",
    )  # fmt: skip


@admin.register(Signatory)
class SignatoryAdmin(ClosedAdmin):
    """How people sign, to look at: `manage.py set_signatory` changes it. The national number is shown to nobody."""

    list_display = ("person", "backend", "label", "status", "valid_to", "checked_at")
    list_filter = ("backend", "status")
    list_select_related = ("person",)
    search_fields = ("person__username", "person__name", "label")
    ordering = ("person__name",)
    fields = ("person", "backend", "label", "certificate_serial", "valid_to", "status", "checked_at")
