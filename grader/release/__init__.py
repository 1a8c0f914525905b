"""What goes out to students: the notebook, the bundle, the explorer's page."""
