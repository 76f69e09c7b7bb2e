"""Store: where a case's records rest."""
