"""The verbs of ``yinju``, loaded when they are called for; each is one call of the library."""
