"""The models that the notebook opens: the food CNN, the BERTs, and how their texts become tokens."""
