"""How the reader is trained: examples without end, a network, and what its answers are worth."""
