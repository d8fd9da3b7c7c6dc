"""Forms: one JSON definition gives the page, the validation and the client behaviour."""
