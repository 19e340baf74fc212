"""The notebook: magics, runs, display, and delivery of replies while a cell runs."""
