"""From source records to golden persons."""
