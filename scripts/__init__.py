"""Programs that set up, run, test and check this project."""
