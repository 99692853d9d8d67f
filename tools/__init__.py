"""What `./lianhu` does, with the standard library alone: it runs before any package is there."""
