"""How register files come in: one module reads rows, one a register, and one runs the release."""
