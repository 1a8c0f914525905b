"""Reports: the class's page, the students' pages, the gradebook, results.json."""
