"""A rep's day: the order of its stops, confirmed by the rep, and its close with a digest (PRODUCT.md, P3)."""
