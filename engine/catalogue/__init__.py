"""The product catalogue: products and materials that visits discuss and requests ask for."""
