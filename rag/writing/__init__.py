"""Written answers, and the check that holds a sentence against its evidence (:func:`rag.writing.check.check`)."""
