"""What everybody may read and take away."""
