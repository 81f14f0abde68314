"""Earlier runs of one runner, and what grew over them."""
