"""Data whose time is over: which classes there are, and the runs that delete it, by the sweep or by hand."""
