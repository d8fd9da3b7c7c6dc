"""Working time (rules, presets), and deadlines that run on it and can pause (service)."""
