"""Signing batches, to look at."""

from django.contrib import admin

from approvals.models import SigningBatch
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
        "void_code", "void_params", "created_at", "moved_at",
    )  # fmt: skip
