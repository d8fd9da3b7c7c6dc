"""Samples: what a rep holds, and dropping them at a visit."""
