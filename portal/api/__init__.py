"""The same for programs: /api/v1/."""
