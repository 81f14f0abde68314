"""What is known of one sensor: its gains and offsets."""
