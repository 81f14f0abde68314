"""The same pipeline while you run."""
