"""Dated rules for messages that are about to be sent, one TOML file a profile."""
