"""One suite for all implementations of an interface."""
