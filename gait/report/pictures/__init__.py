"""Pictures of what was there: each file draws some of them, all from plain arrays."""
