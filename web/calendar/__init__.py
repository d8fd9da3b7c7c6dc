"""The company's working calendar."""
