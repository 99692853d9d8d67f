"""What `./lianhu` does, in Python's standard library alone: it runs before anything is installed."""
