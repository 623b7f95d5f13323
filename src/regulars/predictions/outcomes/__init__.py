"""What is predicted: definitions, who is at risk of them, and what became of each customer."""
