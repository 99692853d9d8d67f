"""Somebody leaves or is away: who takes over, who covers, with the least change."""
