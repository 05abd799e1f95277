"""What leaves the books."""
