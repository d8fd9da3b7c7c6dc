"""The warehouse of samples."""
