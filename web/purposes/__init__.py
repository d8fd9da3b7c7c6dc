"""Purposes of visits."""
