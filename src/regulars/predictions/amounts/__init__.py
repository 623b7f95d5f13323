"""Models of a number: what a customer will spend or use."""
