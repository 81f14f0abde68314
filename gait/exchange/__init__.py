"""What other programs read, and what a watch knows."""
