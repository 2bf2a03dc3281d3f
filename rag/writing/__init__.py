"""Written answers, and what holds their sentences against evidence: :mod:`rag.writing.check`."""
