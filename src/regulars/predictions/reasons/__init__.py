"""Why a score is what it is: one customer, all customers, and what would change it."""
