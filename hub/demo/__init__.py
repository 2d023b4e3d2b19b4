"""A made-up city: people and families, and the registers that would list them, in their real layouts."""
