"""People: users, teams, territories, sessions and API tokens."""
