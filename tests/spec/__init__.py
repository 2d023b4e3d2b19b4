"""What the hub promises, told as examples."""
