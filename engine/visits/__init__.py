"""Field visits: the plan, the fact and the report; `Visit.state` is owned here, the process only calls by topic."""
