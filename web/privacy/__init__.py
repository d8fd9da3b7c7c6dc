"""Privacy pages: consent and its proof, who saw my position, my track, deletion."""
