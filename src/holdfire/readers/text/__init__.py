"""Text: short messages in English, Ukrainian and Russian into place, time and act; nothing is guessed."""
