"""The YAML bank, claims, measures, the computed Key and the checks of the bank."""
