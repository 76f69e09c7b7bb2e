"""Statements: from articles to who said what, and what that binds whom to."""
