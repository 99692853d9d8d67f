"""Deeds, activities, partners and joint meetings."""
