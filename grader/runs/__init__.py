"""A Run is a folder: where driver, worker and scoring meet."""
