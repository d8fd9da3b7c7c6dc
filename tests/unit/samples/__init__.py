"""Rules of samples."""
