"""What holds for all drawn cases."""
