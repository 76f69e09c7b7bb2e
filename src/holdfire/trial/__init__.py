"""Trials: how a ladder behaves when reports are late, wrong or faked, before anyone signs it."""
