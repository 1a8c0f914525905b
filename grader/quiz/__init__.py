"""The class that answered the quiz: its rows joined with hand-ins and a roster, and kept in RUNS."""
