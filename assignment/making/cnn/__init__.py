"""How the food CNN was trained and measured."""
