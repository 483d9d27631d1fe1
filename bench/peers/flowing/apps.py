from django.apps import AppConfig


class FlowingConfig(AppConfig):
    name = "bench.peers.flowing"
    default_auto_field = "django.db.models.BigAutoField"
