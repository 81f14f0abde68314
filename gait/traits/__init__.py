"""What of all that was measured may be spoken of."""
