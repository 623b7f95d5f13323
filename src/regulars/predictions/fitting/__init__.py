"""From rows to a model that is ready to score: cleaned, fitted in inner folds, chosen, calibrated."""
