"""Attachments: photos and files that forms and comments hold, by their SHA-256."""
