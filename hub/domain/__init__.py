"""Pure values and rules of the hub: no input, no output, no clock."""
