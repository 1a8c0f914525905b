"""The panels of the analyses of pictures: LIME, the three maps, the filters."""
