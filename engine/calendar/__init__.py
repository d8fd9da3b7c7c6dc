"""Working time, and deadlines that run on it and can pause."""
