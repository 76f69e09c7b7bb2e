"""Publication: a case into a bulletin, its page, its print and its tables, in a restricted or a public version."""
