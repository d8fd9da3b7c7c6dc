"""Evidence of check-ins: the only place that holds positions; check events form a hash chain for each person."""
