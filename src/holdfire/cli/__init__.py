"""Commands of the ``holdfire`` program: what the user types, into calls of the app."""
