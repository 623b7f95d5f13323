"""How a model treats groups of customers, and what each remedy would cost."""
