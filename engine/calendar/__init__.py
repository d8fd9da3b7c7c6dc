"""Working time: deadlines that count only the hours a team works."""
