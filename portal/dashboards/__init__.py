"""What leaders see: where money and work lag, and why."""
