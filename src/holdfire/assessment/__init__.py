"""Hold incidents against clauses: shapes of zones, kernels by kind of clause, counts and coverage."""
