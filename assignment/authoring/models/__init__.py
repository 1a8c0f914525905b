"""How an author brings a classifier, a BERT or texts into a course: opened and tried before anything changes."""
