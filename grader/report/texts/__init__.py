"""The panels of the analyses of texts: attention, components, distances."""
