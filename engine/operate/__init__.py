"""Keeping running work healthy: acts on many incidents and jobs, and how often and how long steps run."""
