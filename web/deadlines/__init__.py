"""What is about to be late."""
