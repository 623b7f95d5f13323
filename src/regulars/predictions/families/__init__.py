"""The families of models: what each is, and what each feature adds to its score."""
