"""What the verbs share: options of the command line, what is shown on a screen, bars of progress."""
