"""Analysis: what a scored class says of the questions. It reads what was scored and changes no points."""
