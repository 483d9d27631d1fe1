from django.apps import AppConfig


class StackedConfig(AppConfig):
    name = "bench.peers.stacked"
    default_auto_field = "django.db.models.BigAutoField"
