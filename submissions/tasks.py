"""What the calendar of the workers does for evidence."""

from celery import shared_task

from submissions import scanning, uploads


@shared_task
def sweep_uploads() -> int:
    """Forget uploads that nobody went on with; returns how many."""
    return uploads.sweep()


@shared_task
def rescan() -> int:
    """Ask the scanner again about what it has not answered; returns how many files."""
    return scanning.ask_again()
