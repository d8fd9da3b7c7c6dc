"""Adverse events and complaints (P6): begun by a report, completed by the rep, closed by the safety desk only."""
