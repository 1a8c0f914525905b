"""How the BERTs were trained and measured."""
