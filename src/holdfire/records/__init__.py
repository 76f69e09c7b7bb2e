"""Records: what the stages hand to each other, each beside its schema."""
