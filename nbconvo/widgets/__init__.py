"""The Python halves of the widgets: views out, replies in, no truth of their own."""
